// A shift in a real browser: the operator signs on, logs production and gives a stop its reason on the edge's
// pages; the manager logs in and sees it. Screenshots go to SHOTS. See `browser.mjs` for what fails a walk.
import { announce, barriers, expect, newContext, pictureOf, plant, same, say, shot, walk } from "./browser.mjs";

const { EDGE_URL, CLOUD_URL, ORG, EMAIL, PASSWORD, OPERATOR, PIN, ORDER, MACHINE, MACHINE_ID } = process.env;
const newPage = async (options) => (await newContext([new URL(EDGE_URL).origin, new URL(CLOUD_URL).origin], options)).newPage();

async function edge() {
  const page = await newPage();
  await page.goto(EDGE_URL);
  await page.getByTestId(`tile-${MACHINE}`).waitFor();
  await shot(page, "edge-floor");
  say("floor shows the machine");

  await page.getByTestId(`tile-${MACHINE}`).click();
  await page.getByTestId("log-production").click();
  await page.getByTestId("log-form").waitFor();
  await page.getByTestId("log-good").fill("12");
  await page.getByTestId("log-scrap").fill("2");
  await page.getByTestId("log-hours").fill("1.5");
  await shot(page, "edge-log");
  await page.getByTestId("submit-log").click();

  // Nobody is signed on: the page asks who, and then carries on with what was typed.
  await page.getByRole("button", { name: OPERATOR }).click();
  await page.getByTestId("pin").fill(PIN);
  await shot(page, "edge-pin");
  await page.getByTestId("sign-in").click();
  const toast = page.getByTestId("toast").filter({ hasText: "Logged" });
  await toast.first().waitFor();
  const text = await toast.first().innerText();
  expect(/Logged 14 units, 1\.5 hours\. WO is [\d.]+% complete\./.test(text), `toast says "${text}"`);
  await shot(page, "edge-logged");
  say(`logged: ${text.split("\n")[0]}`);
  await page.goto(`${EDGE_URL}/m/${MACHINE_ID}`);
  await page.getByTestId("station").waitFor();
  await page.getByTestId("ribbon").waitFor();
  await shot(page, "edge-station");
  return page;
}

// The machine breaks down. From the floor: one tap on its tile, and when the stop has lasted longer than the
// micro-stop limit its page asks by itself; the second tap is the reason.
async function stop(page) {
  await page.goto(EDGE_URL);
  await plant(`hold ${MACHINE} down 101`);
  await page.getByTestId(`tile-${MACHINE}`).and(page.locator('[data-state="down"]')).click();
  await page.getByTestId("stop-page").waitFor();
  await shot(page, "edge-stop-reason");
  await page.getByTestId("reason-mechanical_failure").click();
  await page.getByTestId("station").waitFor();
  await page.getByTestId("toast").filter({ hasText: "Mechanical Failure" }).first().waitFor();
  await shot(page, "edge-stop-classified");
  await plant(`release ${MACHINE}`);
  say("a stop has its reason after two taps");

  // A stop that no signal shows: reported by hand while the machine runs, and ended by hand (DOWN-03, DOWN-04).
  await page.getByTestId("state-band").and(page.locator('[data-state="running"]')).waitFor();
  await page.getByTestId("stop-button").click();
  await page.getByTestId("reason-other").click();
  await page.getByTestId("station").waitFor();
  await page.getByTestId("stop-button").filter({ hasText: "Stop reason" }).click();
  await page.getByTestId("stop-end").click();
  await page.getByTestId("toast").filter({ hasText: "is over" }).first().waitFor();
  await page.getByTestId("stop-button").filter({ hasText: "Report stop" }).waitFor();
  say("a reported stop is ended by hand");
}

// That report was a mistake: what it changes is shown, and then it is taken back. Its page has no barrier.
async function edit(page) {
  const { id } = (await (await fetch(`${EDGE_URL}/api/v1/downtime-events?machine_id=${MACHINE_ID}`)).json()).downtime_events.find((s) => s.source === "operator");
  await page.goto(`${EDGE_URL}/m/${MACHINE_ID}/stop/${id}`);
  await page.getByTestId("stop-edit-link").click();
  await page.getByTestId("edit-void").click();
  await page.getByTestId("change-shift").waitFor();
  same(await barriers(page, "an edit of a stop"), [], "barriers");
  await shot(page, "edge-stop-edit");
  await page.getByTestId("edit-save").click();
  await page.getByTestId("toast").filter({ hasText: "taken back" }).first().waitFor();
  await page.getByTestId("station").waitFor();
  const after = await fetch(`${EDGE_URL}/api/v1/downtime-events/${id}`);
  expect(after.status === 404, `the stop is gone, not ${after.status}`);
  say("a report that was a mistake is taken back, after its effect was shown");
}

// The wedge: a scanner that types. Every page takes it, while live events run.
async function scan(page) {
  await page.goto(EDGE_URL);
  await page.getByTestId(`tile-${MACHINE}`).waitFor();
  await page.keyboard.type(ORDER, { delay: 8 });
  await page.keyboard.press("Enter");
  await page.getByText(ORDER).first().waitFor();
  await page.waitForURL(/\/m\/\d+/);
  await shot(page, "edge-scanned");
  say("a scanned work order opens its page");
}

// A photo of a code: the reader and its WebAssembly come from the box, under its policy.
async function photo(page) {
  await page.goto(`${EDGE_URL}/scanner`);
  await page.getByTestId("photo").setInputFiles({ name: "code.png", mimeType: "image/png", buffer: await pictureOf(ORDER) });
  await page.waitForURL(/\/m\/\d+/);
  await page.getByText(ORDER).first().waitFor();
  say("a photo of a work order opens its page");
}

async function cloud() {
  const page = await newPage();
  await page.goto(`${CLOUD_URL}/?org=${ORG}`);
  await page.getByTestId("email").waitFor();
  await page.getByTestId("email").fill(EMAIL);
  await page.getByTestId("password").fill("wrong password");
  await page.getByTestId("sign-in").click();
  await page.waitForFunction(() => document.querySelector('[data-testid="login-error"]')?.textContent?.length > 0);
  await shot(page, "cloud-login-refused");
  await page.getByTestId("password").fill(PASSWORD);
  await page.getByTestId("sign-in").click();
  await page.getByTestId("oee-cards").waitFor();
  await page.waitForTimeout(1500);
  await shot(page, "cloud-dashboard");
  say("the manager is in");

  await page.goto(`${CLOUD_URL}/work-orders`);
  const row = page.getByTestId(`order-${ORDER}`);
  await row.waitFor();
  const completed = row.getByTestId("order-completed");
  await page.waitForFunction((el) => /^14 \//.test(el.textContent), await completed.elementHandle());
  expect(/^2\b/.test((await row.getByTestId("order-rejected").innerText()).trim()), "2 rejected units");
  await shot(page, "cloud-work-orders");
  say(`the cloud shows ${await completed.innerText()}`);

  await page.goto(`${CLOUD_URL}/machines`);
  await page.getByTestId("machines").waitFor();
  await page.getByText(MACHINE).first().waitFor();
  await shot(page, "cloud-machines");
  await page.goto(`${CLOUD_URL}/machines/${MACHINE_ID}`);
  await page.getByTestId("ribbon").waitFor();
  await page.getByTestId("stops").getByText("Mechanical Failure").waitFor();
  await shot(page, "cloud-machine");
  await page.goto(`${CLOUD_URL}/edges`);
  await page.getByTestId("edges").waitFor();
  await shot(page, "cloud-edges");
}

async function looks() {
  for (const [name, viewport] of [["tablet", { width: 1280, height: 800 }], ["tv", { width: 1920, height: 1080 }], ["phone", { width: 390, height: 844 }]]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await newPage({ viewport, colorScheme });
      await page.goto(EDGE_URL);
      await page.getByTestId(`tile-${MACHINE}`).waitFor();
      await shot(page, `edge-floor-${name}-${colorScheme}`);
      await page.goto(`${EDGE_URL}/m/${MACHINE_ID}`);
      await page.getByTestId("station").waitFor();
      await page.waitForTimeout(500);
      await shot(page, `edge-station-${name}-${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
      expect(!wide, `the station scrolls sideways on ${name}`);
      await page.context().close();
    }
  }
}

await walk(async () => {
  // Nobody is signed on at first, and the manager mistypes the password.
  announce(401, "/api/v1/");
  const page = await edge();
  await stop(page);
  await edit(page);
  await scan(page);
  await photo(page);
  await cloud();
  await looks();
});
