// A plant by keyboard alone, its master data, an order released; then edit, conflict of two tabs, archive with
// undo, and the change seen in the audit log.
import { announce, expect, same, say, shot } from "./browser.mjs";
import { on } from "./steps.mjs";

export async function records(page, { cloud, api }) {
  const does = on(page);
  await byKeyboard(page, does);
  await plantsAndSwitch(page, does, api(page));
  await anOrder(page, does, cloud);
  await aMaterial(page, does, cloud);
  await twoTabs(page, does, cloud);
  await awayAndBack(page, does, cloud);
}

/** RBAC aside, nothing needs a mouse: palette, form, save. */
async function byKeyboard(page, does) {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("new plant");
  await page.getByTestId("palette-option").filter({ hasText: "New plant" }).waitFor();
  await page.keyboard.press("Enter");
  await does.id("form").waitFor();
  await page.keyboard.type("North");
  await page.keyboard.press("Control+Enter");
  announce(400, "/api/v1/plants");
  await page.locator('[data-field="timezone"] .field-problem').waitFor();
  expect(await does.field("timezone").evaluate((e) => e === document.activeElement), "the first mistake has the focus");
  await page.keyboard.type("Europe/Berlin");
  await shot(page, "plant-by-keyboard");
  await page.keyboard.press("Control+Enter");
  await does.id("detail").waitFor();
  await does.toast("North created").waitFor();
  say("a plant made by keyboard alone");
}

async function plantsAndSwitch(page, does, call) {
  await does.create("/plants", { name: "South", city: "Leeds", timezone: "Europe/London" });
  await does.id("plant").selectOption({ label: "North" });
  await does.toast("Now showing North").waitFor();
  await does.create("/departments", { code: "D1", name: "Machining" });
  await does.create("/lanes", { name: "Milling 9", capacity: "2", supported_operations: "mill\ndrill" });
  await does.create("/machines", { machine_code: "W-001", name: "Walk mill", ideal_cycle_time_seconds: "7.5" }, { lane_id: "Milling 9" });
  await aShift(page, does, call);
  await page.goto(new URL("/data/machines", page.url()).href);
  await does.id("rows").waitFor();
  same(await page.locator("tr[data-row]").count(), 1, "machines of the plant");
  await does.id("plant").selectOption({ label: "South" });
  await does.toast("Now showing South").waitFor();
  await does.id("empty").waitFor();
  await shot(page, "plant-switched");
  same((await call("/me")).body.current_plant_id, (await call("/plants?name=South")).body.plants[0].id, "the session's plant");
  await does.id("plant").selectOption({ label: "North" });
  await does.id("rows").waitFor();
  say("TEN-08: the other plant has no machines; and back");
}

/** Breaks are rows of their own. */
async function aShift(page, does, call) {
  await page.goto(new URL("/data/shifts/new", page.url()).href);
  await does.id("form").waitFor();
  await does.fill({ name: "Early", start_time: "06:00", end_time: "14:00", break_duration_minutes: "30" });
  for (const [row, [from, minutes]] of [["09:00", "10"], ["12:00", "20"]].entries()) {
    await does.id("add-row").click();
    await page.getByLabel(`From ${row + 1}`).fill(from);
    await page.getByLabel(`Minutes ${row + 1}`).fill(minutes);
  }
  await shot(page, "shift-with-breaks");
  await does.id("save").click();
  await does.id("detail").waitFor();
  const { breaks } = (await call("/shifts?name=Early")).body.shifts[0];
  same(breaks, [{ from: "09:00", minutes: 10 }, { from: "12:00", minutes: 20 }], "the shift's breaks");
}

/** The organisation's own prefix stands before the next number. */
async function prefixes(page, does, cloud) {
  await page.goto(`${cloud}/organization`);
  await does.id("form").waitFor();
  await does.id("add-row").click();
  await page.getByLabel("Kind of record 1").selectOption("work_order");
  await page.getByLabel("Prefix 1").fill("FLG-");
  await shot(page, "settings");
  await does.id("save").click();
  await does.toast("Organisation settings saved").waitFor();
}

async function anOrder(page, does, cloud) {
  await prefixes(page, does, cloud);
  await does.create("/customers", { name: "Wieland", email: "buy@wieland.example" });
  await does.create("/products", { code: "P-9", name: "Flange", unit_of_measure: "pcs", price: "12.50" });
  await does.create("/projects", { name: "Flanges 2026" }, { customer_id: "Wieland", product_id: "Flange" });
  await does.id("act-activate").click();
  await does.toast("Activate: Flanges 2026").waitFor();
  await does.create("/work-orders", { title: "Flanges, first lot", quantity_ordered: "40", due_date: "2027-03-01T12:00" }, { project_id: "Flanges 2026", product_id: "Flange", lane_id: "Milling 9", machine_id: "W-001" });
  expect(/^FLG-\d/.test(await page.locator("h1").innerText()), "the number begins with the organisation's prefix");
  await shot(page, "order-planned");
  await does.id("act-release").click();
  await does.id("action-sheet").waitFor();
  await shot(page, "order-release");
  await page.keyboard.press("Control+Enter");
  await does.toast("Release:").waitFor();
  await does.shows("status", "Released");
  say("project, product and order made; the order released");
}

async function aMaterial(page, does, cloud) {
  await page.goto(`${cloud}/data/materials/new`);
  await does.id("form").waitFor();
  await does.fill({ material_code: "MTL-500", name: "Copper pipe", unit_of_measure: "furlong", standard_cost: "12,5" });
  await does.id("save").click();
  await page.getByText("This is not a number.").waitFor();
  await does.fill({ standard_cost: "12.5" });
  announce(400, "/api/v1/materials");
  await does.id("save").click();
  await page.locator('[data-field="unit_of_measure"] .field-problem').waitFor();
  await shot(page, "material-mistakes");
  await does.fill({ unit_of_measure: "m" });
  await does.field("category_id").click();
  await page.keyboard.type("Copper");
  await page.getByRole("option", { name: "New category" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[role="option"]').length === 1);
  await page.keyboard.press("Enter");
  await does.id("quick-create").waitFor();
  same(await does.id("quick-create").locator("input").first().inputValue(), "Copper", "what was typed goes along");
  await page.keyboard.press("Control+Enter");
  await does.id("quick-create").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.closest("[data-field]")?.getAttribute("data-field") === "category_id");
  await page.keyboard.press("Control+Enter");
  await does.id("detail").waitFor();
  await does.shows("category_id", "Copper");
  await does.create("/materials", { material_code: "MTL-501", name: "Steel bar", unit_of_measure: "kg" });
  say("mistakes stand at their fields; a category was made on the way");
}

/** Two people, or one person's two tabs: the later one sees both values and chooses. */
async function twoTabs(page, does, cloud) {
  await page.goto(`${cloud}/data/materials/MTL-500/edit`);
  await does.id("form").waitFor();
  const other = await page.context().newPage();
  await other.goto(`${cloud}/data/materials/MTL-500/edit`);
  const theirs = on(other);
  await theirs.id("form").waitFor();
  await theirs.fill({ name: "Brass tube", description: "By the other tab" });
  await theirs.id("save").click();
  await theirs.id("detail").waitFor();
  await other.close();
  await does.fill({ name: "Copper tube", reorder_point: "20" });
  announce(409, "/api/v1/materials/");
  await does.id("save").click();
  await does.id("conflict").waitFor();
  const said = await does.id("conflict").innerText();
  expect(said.includes("Copper tube") && said.includes("Brass tube"), `both values stand there: ${said}`);
  expect(await does.id("save-again").isDisabled(), "nobody's value is lost by one key");
  await shot(page, "conflict");
  await does.id("pick-name-mine").check();
  await does.id("save-again").click();
  await does.id("detail").waitFor();
  same(await page.locator("h1").innerText(), "MTL-500 Copper tube", "mine was chosen");
  await does.shows("description", "By the other tab");
  await does.shows("reorder_point", "20");
  say("a conflict of two tabs shows both values and is settled");
}

async function awayAndBack(page, does, cloud) {
  await does.id("archive").click();
  await does.toast("Copper tube archived").waitFor();
  await does.id("archived").waitFor();
  await does.toast("Copper tube archived").getByRole("button", { name: "Undo" }).click();
  await does.id("archived").waitFor({ state: "detached" });
  await does.id("tab-history").click();
  await does.id("audit").waitFor();
  const history = await does.id("audit").innerText();
  expect(/Brass tube\s*→\s*Copper tube/.test(history), `the change in the history: ${history}`);
  await shot(page, "history");
  await page.goto(`${cloud}/audit-log?entity=material&action=archive`);
  await does.id("audit").waitFor();
  expect((await does.id("audit").innerText()).includes("Archived"), "the archiving in the audit log");
  same(await page.locator("#main table").evaluate((t) => t.scrollWidth <= t.parentElement.clientWidth + 1), true, "the log fits");
  await shot(page, "audit-log");
  say("archived, taken back, and both are on record");
}
