// Every page as a person sees it: light and dark, wide and narrow. Nothing scrolls sideways, axe-core finds no
// barrier, and in German no field says what the server says in English.
import { barriers, expect, same, say, shot } from "./browser.mjs";
import { on } from "./steps.mjs";

const PAGES = ["/", "/machines", "/work-orders", "/edges", "/audit-log", "/imports", "/organization", "/profile", "/data/plants", "/data/shifts", "/data/shifts/new", "/data/machines?plant_id=all",
  "/data/units", "/data/materials?search=round&standard_cost_from=5", "/data/materials/new", "/data/materials/MTL-500", "/data/materials/MTL-500?tab=history", "/data/materials/import", "/data/projects",
  "/data/work-orders", "/data/work-orders/new", "/data/custom-fields", "/data/custom-fields/new", "/data/users", "/data/users/new", "/data/roles", "/data/roles/storekeeper/edit", "/data/api-tokens", "/data/nothing-here"];
const LOOKS = [["light", 1280, 800], ["dark", 320, 700], ["light", 768, 1024], ["dark", 1280, 800], ["light", 320, 700]];
/** Some by name, when not all are wanted: "light-1280,dark-320,german"; or "all". */
const WANTED = (process.env.LOOKS ?? "light-1280,dark-320,german").split(",");
const wants = (name) => WANTED.includes(name) || WANTED.includes("all");

export async function looks(page, { cloud, org, api }) {
  const browser = page.context().browser();
  await whereWorkIsDone(page, api(page));
  const storageState = await page.context().storageState();
  const found = [];
  for (const [colorScheme, width, height] of LOOKS.filter(([scheme, wide]) => wants(`${scheme}-${wide}`))) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, storageState, locale: "en-GB", reducedMotion: "reduce" });
    const seen = await context.newPage();
    for (const path of PAGES) {
      await open(seen, cloud, org, path);
      for (const text of await outside(seen)) found.push(`${path} ${width}: ${text}`);
      await seen.evaluate(() => window.scrollTo(0, 0));
      found.push(...(await barriers(seen, `${path} ${colorScheme} ${width}`)));
      await shot(seen, `look-${width}-${colorScheme}-${path.replace(/\W+/g, "_").slice(1) || "home"}`);
    }
    await context.close();
    say(`looked at ${PAGES.length} pages, ${colorScheme}, ${width} px`);
  }
  same(found, [], "barriers");
  say("every page: no barrier, nothing too wide");
  if (wants("german")) await german(browser, storageState, { cloud, org, call: api(page) });
}

/** The plant that was there before the walk, if there was one: its machines run. */
async function whereWorkIsDone(page, call) {
  const { plants } = (await call("/plants")).body;
  const before = plants.sort((a, b) => a.id - b.id)[0].name;
  await page.getByTestId("plant").selectOption({ label: before });
  await page.waitForFunction((name) => document.querySelector('[data-testid="plant"]')?.selectedOptions[0]?.textContent === name && !document.querySelector('[data-testid="plant"]').disabled, before);
}

async function open(page, cloud, org, path) {
  await page.goto(`${cloud}${path}${path.includes("?") ? "&" : "?"}org=${org}`);
  await page.locator("#main h1").waitFor();
  await page.waitForFunction(() => !document.querySelector(".u-skeletons, [aria-busy=true]"));
  if (path === "/") await page.waitForTimeout(500);
  await page.waitForTimeout(150);
}

/** Inputs that stick out of the panel they stand in. */
const outside = (page) => page.evaluate(() => [...document.querySelectorAll(".filters, .fields, .panel")].flatMap((panel) => {
  const right = panel.getBoundingClientRect().right;
  return [...panel.querySelectorAll("input, select, textarea, button")].filter((e) => e.getBoundingClientRect().right > right + 0.5 && !e.closest(".table-scroll")).map((e) => `${e.outerHTML.slice(0, 80)} sticks out by ${Math.round(e.getBoundingClientRect().right - right)} px`);
}));

/** Words that are the same in both languages. */
const SAME = ["Name", "Code", "Status", "Edge", "UUID", "Uuid", "Material", "Position", "Unit", "Import"];

async function german(browser, storageState, { cloud, org, call }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, storageState, locale: "de-DE" });
  const page = await context.newPage();
  const does = on(page);
  await page.goto(`${cloud}/?org=${org}`);
  await does.id("user-menu").click();
  await does.id("language").selectOption("de");
  await page.keyboard.press("Escape");
  await does.id("nav-materials").filter({ hasText: "Materialien" }).waitFor();
  const english = [];
  for (const { path } of (await call("/entities")).body.entities ?? (await call("/entities")).body) {
    const form = (await call(`${path}/form`)).body;
    await page.goto(`${cloud}/data${path}/new`);
    await does.id("form").waitFor();
    const shown = await page.locator("#main").evaluate((main) => [...main.querySelectorAll(".field-label label, .field-label > span[id], .info-text")].map((e) => e.textContent.trim()));
    const said = form.fields.flatMap((f) => [f.label, f.help]).filter((text) => text && !SAME.includes(text));
    for (const text of shown.filter((text) => said.includes(text))) english.push(`${path}: ${text}`);
  }
  same(english, [], "English words on German forms");
  await page.goto(`${cloud}/data/work-orders/new`);
  await does.id("form").waitFor();
  await shot(page, "german-order");
  await page.goto(`${cloud}/data/roles/storekeeper/edit`);
  await does.id("grants").waitFor();
  await shot(page, "german-role");
  await page.goto(`${cloud}/data/materials/MTL-500/edit`);
  await does.id("form").waitFor();
  await does.fill({ standard_cost: "1.234,5" });
  await does.id("save").click();
  await does.id("detail").waitFor();
  same((await call("/materials/MTL-500")).body.standard_cost, 1234.5, "a number as Germans write it");
  await does.shows("standard_cost", "1\\.234,5");
  await shot(page, "german-material");
  await page.goto(`${cloud}/data/materials`);
  await page.getByRole("button", { name: "Neu: Material" }).waitFor();
  await shot(page, "german-list");
  await context.close();
  say("German: every form's labels and help, numbers in and out");
}
