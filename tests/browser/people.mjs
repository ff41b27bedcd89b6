// A person is made, signs in with the password shown once and must choose an own one; a role of one's own is
// made and edited; an API token is made, used and revoked.
import { announce, expect, same, say, shot } from "./browser.mjs";
import { on } from "./steps.mjs";

const OWN = "an own long passphrase";

export async function people(page, { cloud, org, signIn, api }) {
  const does = on(page);
  const email = `walker@${org}.example`;
  await does.create("/roles", { code: "storekeeper", name: "Storekeeper", description: "Keeps the master data of materials" });
  await page.goto(`${cloud}/data/roles/storekeeper/edit`);
  await does.id("form").waitFor();
  await shot(page, "role-edit");
  await does.id("grant-materials-write").check();
  await does.id("grant-categories-write").check();
  await does.id("save").click();
  await does.id("detail").waitFor();
  await shot(page, "role");
  same((await api(page)("/roles/storekeeper")).body.grants, ["categories:write", "materials:write"], "the role's grants");
  say("RBAC-03: a role of one's own, edited");

  await page.goto(`${cloud}/data/users/new`);
  await does.id("form").waitFor();
  await does.fill({ name: "Wanda Walker", email, badge: `W-${org}` });
  await does.id("role-viewer").check();
  await does.id("role-storekeeper").check();
  await page.locator('[data-field="plant_ids"] label').filter({ hasText: "North" }).locator("input").check();
  await shot(page, "person-new");
  await does.id("save").click();
  const password = await does.id("secret-text").inputValue();
  expect(password.length >= 10, "a first password");
  await shot(page, "person-password");
  await page.getByRole("button", { name: "I have it" }).click();
  await does.id("detail").waitFor();
  expect((await does.id("fact-roles").innerText()).includes("Storekeeper"), "roles by their names");

  const hers = await signIn({}, { email, password });
  const she = on(hers);
  await she.id("must-change").waitFor();
  await shot(hers, "person-must-change");
  await she.id("current_password").fill(password);
  await she.id("new_password").fill(OWN);
  await she.id("repeated").fill(OWN);
  await she.id("change-password").click();
  await she.id("open-palette").waitFor();
  same(await she.id("nav-users").count(), 0, "no administration in her navigation");
  announce(403, "/api/v1/users");
  await hers.goto(`${cloud}/data/users`);
  await hers.getByText("users:read").waitFor();
  await shot(hers, "person-forbidden");
  await hers.goto(`${cloud}/data/suppliers`);
  await she.id("new").waitFor();
  same(await she.id("new").getAttribute("aria-disabled"), "true", "what she may not do stands there and says why");
  await hers.goto(`${cloud}/data/materials/MTL-501/edit`);
  await she.id("form").waitFor();
  await she.fill({ description: "Kept by Wanda" });
  await she.id("save").click();
  await she.id("detail").waitFor();
  await hers.context().close();
  await page.goto(`${cloud}/audit-log?entity=material`);
  await does.id("audit").getByText(email).first().waitFor();
  say("a person signs in, chooses her password, does what her role grants and no more");

  await tokens(page, does, cloud, api);
}

async function tokens(page, does, cloud, api) {
  await page.goto(`${cloud}/data/api-tokens/new`);
  await does.id("form").waitFor();
  await does.fill({ name: "Label printer", all_plants: true });
  await does.id("role-viewer").check();
  await shot(page, "token-new");
  await does.id("save").click();
  const token = await does.id("secret-text").inputValue();
  expect(/^unison_/.test(token), `a token: ${token.slice(0, 7)}`);
  await page.getByRole("button", { name: "I have it" }).click();
  await does.id("detail").waitFor();
  const strange = await page.context().browser().newContext();
  const machine = api(await strange.newPage());
  const headers = { Authorization: `Bearer ${token}` };
  same((await machine("/materials/MTL-501", { headers })).body.name, "Steel bar", "read by the token");
  same((await machine("/materials", { method: "POST", headers, data: { material_code: "X", name: "X", unit_of_measure: "kg" } })).status, 403, "a viewer's token writes nothing");
  await does.id("act-revoke").click();
  await does.toast("Revoke: Label printer").waitFor();
  same((await machine("/materials/MTL-501", { headers })).status, 401, "a revoked token");
  await strange.close();
  say("an API token made, used and revoked");
}
