// Custom fields: made by their form, then seen in form, record, list, filter, file and back (CF-01 to CF-09).
import { same, say, shot } from "./browser.mjs";
import { on } from "./steps.mjs";

export async function fields(page, { cloud }) {
  const does = on(page);
  await page.goto(`${cloud}/data/custom-fields/new`);
  await does.id("form").waitFor();
  await does.fill({ entity_type: "material", field_code: "grade", label: "Steel grade", field_type: "dropdown", is_filterable: true, options: "S235\nS355" });
  await shot(page, "custom-field");
  await does.id("save").click();
  await does.id("detail").waitFor();
  await does.create("/custom-fields", { entity_type: "material", field_code: "heat_number", label: "Heat number", field_type: "text", is_filterable: true, length_max: "20", help_text: "As stamped on the bar" });
  await does.create("/custom-fields", { entity_type: "material", field_code: "tested_on", label: "Tested on", field_type: "date" });

  await page.goto(`${cloud}/data/materials/MTL-501/edit`);
  await does.id("form").waitFor();
  await does.fill({ "custom_fields.grade": "S355", "custom_fields.heat_number": "H-77", "custom_fields.tested_on": "2026-10-01" });
  await shot(page, "custom-fields-in-form");
  await does.id("save").click();
  await does.id("detail").waitFor();
  await does.shows("custom_fields.grade", "S355");

  await page.goto(`${cloud}/data/materials`);
  await does.id("rows").waitFor();
  await does.id("columns").click();
  await does.id("column-custom_fields.grade").check();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Steel grade" }).waitFor();
  await does.id("filters-toggle").click();
  await does.id("filter-custom_fields.grade").selectOption("S355");
  await page.waitForFunction(() => document.querySelectorAll("tr[data-row]").length === 1);
  same(does.query()["cf.grade"], "S355", "the filter is in the address");
  await page.reload();
  await does.id("rows").waitFor();
  same(await page.locator("tr[data-row]").count(), 1, "rows after a reload");
  await page.getByRole("columnheader", { name: "Steel grade" }).waitFor();
  await shot(page, "custom-field-in-list");
  await does.id("filter-custom_fields.grade").selectOption("S235");
  await does.id("empty").waitFor();
  say("CF: a field of one's own in form, record, list and filter");
}
