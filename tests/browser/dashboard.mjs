// The generic pages of the dashboard against a real server, as an administrator of ORG uses them: an organisation
// with nothing in it, or one that works already. Screenshots go to SHOTS. See `browser.mjs` for what fails a walk.
import { newContext, problems, expect, say, walk } from "./browser.mjs";
import { fields } from "./fields.mjs";
import { files } from "./files.mjs";
import { looks } from "./looks.mjs";
import { people } from "./people.mjs";
import { records } from "./records.mjs";

const { CLOUD_URL, ORG, EMAIL, PASSWORD } = process.env;

/** Signed in by its own page; every further page of the context is so too. */
async function signIn(options = {}, { email = EMAIL, password = PASSWORD, next = "/" } = {}) {
  const context = await newContext([new URL(CLOUD_URL).origin], options);
  const page = await context.newPage();
  await page.goto(`${CLOUD_URL}${next}?org=${ORG}`);
  await page.getByTestId("email").fill(email);
  await page.getByTestId("password").fill(password);
  await page.getByTestId("sign-in").click();
  return page;
}

/** The API as the signed-in person of a page. */
function api(page) {
  return async (path, { method = "GET", data, headers } = {}) => {
    const answer = await page.request.fetch(`${CLOUD_URL}/api/v1${path}`, { method, data, headers: { "X-Organization": ORG, "X-Requested-With": "unison", ...headers } });
    return { status: answer.status(), body: await answer.json().catch(() => null) };
  };
}

const ways = { cloud: CLOUD_URL, org: ORG, signIn, api };
await walk(async () => {
  const page = await signIn();
  await page.getByTestId("open-palette").waitFor();
  say("the administrator is in");
  for (const part of [records, fields, files, people, looks]) {
    await part(page, ways);
    expect(problems.length === 0, problems.join("\n"));
  }
});
