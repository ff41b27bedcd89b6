// Files in and out, and many rows: import with mapping, mistakes per cell, trial, commit and undo; search, filter,
// sort and pages with the address keeping them; bulk changes; export.
import { readFileSync } from "node:fs";
import { expect, same, say, shot } from "./browser.mjs";
import { on } from "./steps.mjs";

const ROWS = 60;

export async function files(page, { cloud, api }) {
  const does = on(page);
  const call = api(page);
  await takeIn(page, does, cloud, call);
  await manyRows(page, does, cloud);
  await several(page, does, cloud, call);
  await out(page, does, cloud);
}

const file = (page, text) => page.getByTestId("import-file").setInputFiles({ name: "bars.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
const lines = Array.from({ length: ROWS }, (_, i) => `BAR-${String(i + 1).padStart(3, "0")};Round bar Ø${i + 5};kg;${i + 1},5;${i % 2 ? "S235" : "S355"}`);

async function takeIn(page, does, cloud, call) {
  await page.goto(`${cloud}/data/materials/import`);
  await does.id("import-file").waitFor();
  await file(page, "material_code;Bezeichnung;unit_of_measure;standard_cost;custom_fields.grade\nBAR-900;Bar;kg;x;S235\nMTL-500;Double;kg;1;S235\nBAR-901;;kg;1;S235\nBAR-902;Bar;furlong;1;S235\nBAR-903;Bar;kg;1;S999\n");
  await does.id("map-Bezeichnung").selectOption("name");
  await does.id("mistakes").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".cell-wrong").length >= 5);
  for (const [line, text] of [[2, "must be a number"], [3, "already exists"], [5, "there is no unit"], [6, "must be one of"]])
    await page.locator("tr").filter({ has: page.locator("td.num").getByText(String(line), { exact: true }) }).locator(".cell-wrong").filter({ hasText: text }).waitFor();
  expect(await does.id("commit").isDisabled(), "nothing is taken in while a cell is wrong");
  await shot(page, "import-mistakes");
  same((await call("/materials/BAR-900")).status, 404, "a trial changes nothing");

  await file(page, `material_code;Bezeichnung;unit_of_measure;standard_cost;custom_fields.grade\n${lines.join("\n")}\n`);
  await does.id("map-Bezeichnung").selectOption("name");
  await page.getByRole("button", { name: `Take in ${ROWS} records` }).waitFor();
  await shot(page, "import-trial");
  await page.getByRole("button", { name: `Take in ${ROWS} records` }).click();
  const done = does.toast(`Import done: ${ROWS} created`);
  await done.waitFor();
  await does.id("rows").waitFor();
  await done.getByRole("button", { name: "Undo" }).click();
  await does.toast("The import was taken back.").waitFor();
  same((await call("/materials/BAR-001")).body.is_active, false, "what an undone import made is archived");

  // The codes belong to the archived ones: all of them are found, chosen and restored.
  await page.goto(`${cloud}/data/materials?search=round&is_active=false&per_page=100`);
  await does.id("select-all").check();
  await does.id("bulk-restore").click();
  await does.toast(`Restore: ${ROWS} records done`).waitFor();
  const kept = (await call("/materials/BAR-007")).body;
  same([kept.name, kept.standard_cost, kept.custom_fields.grade], ["Round bar Ø11", 7.5, "S355"], "a German office file");

  await page.goto(`${cloud}/imports`);
  await does.id("imports").waitFor();
  expect((await does.id("imports").innerText()).includes("bars.csv"), "the import is on record");
  await shot(page, "imports");
  say("import: mapping, mistakes per cell, trial, commit, undo");
}

async function manyRows(page, does, cloud) {
  await page.goto(`${cloud}/data/materials?per_page=25`);
  await does.id("rows").waitFor();
  same(await page.locator("tr[data-row]").count(), 25, "rows of a page");
  await page.keyboard.press("/");
  await page.keyboard.type("round bar", { delay: 30 });
  await page.waitForURL(/search=round/);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => / of 60$/.test(document.querySelector('[data-testid="paging"]')?.textContent ?? ""));
  await does.id("sort-standard_cost").click();
  await page.waitForURL(/sort=standard_cost/);
  await does.id("sort-standard_cost").click();
  await page.waitForURL(/sort=-standard_cost/);
  await page.locator("tr[data-row]").first().filter({ hasText: "BAR-060" }).waitFor();
  await does.id("next").click();
  await page.waitForURL(/page=2/);
  await page.locator("tr[data-row]").first().filter({ hasText: "BAR-035" }).waitFor();
  const kept = does.query();
  await page.reload();
  await page.locator("tr[data-row]").first().filter({ hasText: "BAR-035" }).waitFor();
  same(does.query(), kept, "the address after a reload");
  await shot(page, "list-page-2");
  await page.locator("tr[data-row] a").first().click();
  await does.id("detail").waitFor();
  await page.goBack();
  await page.locator("tr[data-row]").first().filter({ hasText: "BAR-035" }).waitFor();
  same(does.query(), kept, "the address after the way back");
  await does.id("filters-toggle").click();
  await page.getByLabel("Standard cost from").fill("50");
  await page.waitForURL(/standard_cost_from=50/);
  await page.waitForFunction(() => / of 11$/.test(document.querySelector('[data-testid="paging"]')?.textContent ?? ""));
  expect(!("page" in does.query()), "another filter begins at the first page");
  say("search, sort, pages and filters are in the address and come back");
}

async function several(page, does, cloud, call) {
  await page.goto(`${cloud}/data/materials?search=round&sort=material_code`);
  await does.id("rows").waitFor();
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  await page.getByText("2 selected").waitFor();
  await does.id("bulk-update").click();
  await does.id("bulk-field").selectOption("reorder_point");
  await page.locator('[data-testid="bulk-sheet"] [data-field="reorder_point"] input').fill("75");
  await shot(page, "bulk-sheet");
  await page.keyboard.press("Control+Enter");
  const done = does.toast("Reorder point: 2 records done");
  await done.waitFor();
  same((await call("/materials/BAR-002")).body.reorder_point, 75, "the second row");
  await done.getByRole("button", { name: "Undo" }).click();
  await does.toast("Taken back").waitFor();
  same((await call("/materials/BAR-002")).body.reorder_point, null, "taken back");
  await does.id("select-all").check();
  await page.getByText("50 selected").waitFor();
  await shot(page, "bulk-all");
  await does.id("bulk-archive").click();
  const archived = does.toast("Archive: 50 records done");
  await archived.waitFor();
  await page.waitForFunction(() => / of 10$/.test(document.querySelector('[data-testid="paging"]')?.textContent ?? ""));
  await archived.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => / of 60$/.test(document.querySelector('[data-testid="paging"]')?.textContent ?? ""));
  say("bulk: a field of two, the archive of fifty, both taken back");
}

async function out(page, does, cloud) {
  await page.goto(`${cloud}/data/materials?search=round&cf.grade=S355`);
  await does.id("rows").waitFor();
  const download = page.waitForEvent("download");
  await does.id("export").click();
  const got = await download;
  expect(/^materials-\d{4}-\d\d-\d\d\.csv$/.test(got.suggestedFilename()), got.suggestedFilename());
  const text = readFileSync(await got.path(), "utf8").trim().split(/\r?\n/);
  same(text.length, ROWS / 2 + 1, "lines of the file: a heading and what the filter leaves");
  const heading = text[0].split(",");
  expect(heading.includes("material_code") && heading.includes("custom_fields.grade"), text[0]);
  expect(text[1].includes("S355"), text[1]);

  // What went out comes in again, and nothing would change.
  await page.goto(`${cloud}/data/materials/import`);
  await does.id("import-file").setInputFiles(await got.path());
  await does.id("update-existing").check();
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="import-summary"] dd')[3]?.textContent === String(n), ROWS / 2);
  await shot(page, "import-unchanged");
  say("the export holds what the filter leaves, and comes in again unchanged");
}
