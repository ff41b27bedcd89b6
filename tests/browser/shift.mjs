// A whole shift without the cloud, and an hour of it without the edge: the operator signs on, scans, starts, logs,
// gives a stop its reason, calls for help, completes and hands over, while the cloud hangs from before to after. In
// between the edge hangs too: what is written then waits in the tablet and is sent once. Processes hang by SIGSTOP,
// which leaves every connection half open. `browser.rs` compares what both sides hold afterwards.
import { announce, barriers, expect, newContext, plant, same, say, shot, signOn, walk } from "./browser.mjs";

const { EDGE_URL, EDGE_PID, CLOUD_PID, OPERATOR, SUPERVISOR, ORDER, MACHINE } = process.env;
const origin = new URL(EDGE_URL).origin;
const signal = (pid, name) => process.kill(Number(pid), name);
const open = async (options) => (await newContext([origin], { reducedMotion: "reduce", serviceWorkers: "allow", ...options })).newPage();
const id = (page, name) => page.getByTestId(name);
const get = async (page, path) => (await page.request.get(`${EDGE_URL}/api/v1${path}`)).json();
const toast = (page, text) => id(page, "toast").filter({ hasText: text }).first().waitFor();

/** Types as a scanner does: every 8 ms a character, whether the page has taken the one before or not. */
async function wedge(session, code) {
  const taken = [];
  for (const key of [...code, "Enter"]) {
    const text = key === "Enter" ? "\r" : key;
    taken.push(session.send("Input.dispatchKeyEvent", { type: "keyDown", key, text }));
    taken.push(session.send("Input.dispatchKeyEvent", { type: "keyUp", key }));
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
  await Promise.all(taken);
}

/** The scanner types on a slow tablet while every machine's events arrive; a person who types is no scanner. */
async function scan(page) {
  await page.goto(EDGE_URL);
  await id(page, `tile-${MACHINE}`).waitFor();
  const slow = await page.context().newCDPSession(page);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  await page.evaluate(() => {
    window.seen = 0;
    new MutationObserver(() => (window.seen += 1)).observe(document.querySelector("#main"), { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await page.keyboard.type(ORDER, { delay: 120 });
  await page.keyboard.press("Enter");
  await page.waitForTimeout(1_000);
  same(new URL(page.url()).pathname, "/", "what a person types opens nothing");
  const changes = await page.evaluate(() => window.seen);
  expect(changes > 0, `the page was live meanwhile: ${changes} changes`);
  const scans = 5;
  for (let n = 0; n < scans; n += 1) {
    await wedge(slow, ORDER);
    await page.waitForURL(/\/m\/\d+/);
    await page.goto(EDGE_URL);
    await id(page, `tile-${MACHINE}`).waitFor();
  }
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await slow.detach();
  say(`scanned ${scans} of ${scans} on a tablet six times slower, ${changes} changes on the page while a person typed`);
}

async function startOrder(page, machine) {
  await page.goto(`${EDGE_URL}/m/${machine.id}?view=orders`);
  await shot(page, "shift-1-orders");
  await id(page, `start-${ORDER}`).click();
  await id(page, `pause-${ORDER}`).waitFor();
  await id(page, `pause-${ORDER}`).click();
  await id(page, `resume-${ORDER}`).click();
  await id(page, `pause-${ORDER}`).waitFor();
  say("the work order is started, paused and resumed without the cloud");
}

async function stop(page, machine) {
  await plant(`hold ${MACHINE} down 101`);
  await page.goto(EDGE_URL);
  await id(page, `tile-${MACHINE}`).and(page.locator('[data-state="down"]')).click();
  await id(page, "stop-page").waitFor();
  await id(page, "reason-mechanical_failure").click();
  await toast(page, "Mechanical Failure");
  await plant(`release ${MACHINE}`);
  await id(page, "state-band").and(page.locator('[data-state="running"]')).waitFor();
  await shot(page, "shift-2-running-again");
  await id(page, "call-help").click();
  await id(page, "help-notes").fill("Chips jam the conveyor");
  await id(page, "help-maintenance").click();
  await toast(page, "Maintenance is called");
  await page.goto(`${EDGE_URL}/m/${machine.id}/help`);
  await id(page, "help-answer").click();
  await id(page, "help-end").click();
  await id(page, "help-call").waitFor({ state: "detached" });
  say("a stop has its reason, help was called and came");
}

async function log(page, machine, order, good, scrap, expected) {
  await page.goto(`${EDGE_URL}/m/${machine.id}/log?wo=${order.id}`);
  await id(page, "log-good").fill(String(good));
  await id(page, "log-scrap").fill(String(scrap));
  await id(page, "log-hours").fill("0.5");
  if (scrap > 0) await id(page, "scrap-burr").click();
  await id(page, "submit-log").click();
  await toast(page, expected);
}

/** The edge hangs: the page says since when, takes what is written, and sends it once when the edge is back. */
async function tabletAlone(page, machine, order) {
  await page.goto(`${EDGE_URL}/m/${machine.id}`);
  await id(page, "station").waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const pages = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length))).reduce((sum, n) => sum + n, 0));
  expect(pages > 10, `the service worker holds the pages: ${pages}`);
  // There at once, also for who went back and comes again.
  for (const isAgain of [true, false]) {
    await id(page, "log-production").click();
    await id(page, "log-form").waitFor({ timeout: 5_000 });
    if (isAgain) await id(page, "back").click();
  }
  const stops = (await get(page, `/downtime-events?machine_id=${machine.id}`)).downtime_events;
  const stopped = stops.find((d) => d.reason_code === "mechanical_failure");
  // What was read is kept when the page goes out of sight, as it does before a tablet sleeps.
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.visibilityState;
  });
  signal(EDGE_PID, "SIGSTOP");
  try {
    await page.locator('[data-testid="queue-indicator"][data-state="offline"]').waitFor();
    await id(page, "log-good").fill("7");
    await id(page, "log-scrap").fill("0");
    await id(page, "log-hours").fill("0.25");
    await id(page, "submit-log").click();
    await toast(page, "Queued for sync");
    same(await id(page, "queue-count").innerText(), "1", "entries that wait");
    await shot(page, "shift-3-tablet-alone");
    await asleep(page, machine, stopped);
  } finally {
    signal(EDGE_PID, "SIGCONT");
  }
  await page.locator('[data-testid="queue-indicator"][data-state="online"]').waitFor({ timeout: 60_000 });
  for (let tries = 0; (await page.request.get(`${EDGE_URL}/api/v1/me`)).status() !== 401; tries += 1) {
    expect(tries < 50, "the edge hears of the sign-off");
    await page.waitForTimeout(200);
  }
  // What they wrote waits for them.
  same(await id(page, "queue-count").innerText(), "3", "entries that wait for their author");
  await signOn(page, OPERATOR);
  await id(page, "queue-count").waitFor({ state: "detached", timeout: 60_000 });
  const logs = (await get(page, `/production-logs?work_order_id=${order.id}`)).production_logs;
  for (const quantity of [7, 3]) same(logs.filter((l) => l.quantity_completed === quantity).length, 1, `what waited (${quantity}) is there once`);
  const now = (await get(page, `/downtime-events?machine_id=${machine.id}`)).downtime_events.find((d) => d.id === stopped.id);
  same(now.reason_code, "electrical_failure", "the reason that waited");
  await shot(page, "shift-4-edge-is-back");
  say("the edge hung: the page said so, what was logged waited and was sent once");
}

/** What is grey can be read all the same, by day and at night. */
async function seen(page, name) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    same(await barriers(page, `${name} ${colorScheme}`), [], "barriers");
  }
  await shot(page, name);
}

/** The tablet slept and threw its page away: it opens again without the edge, says since when, and takes what is written. */
async function asleep(page, machine, stopped) {
  await page.goto(`${EDGE_URL}/m/${machine.id}`);
  await id(page, "station").waitFor({ timeout: 30_000 });
  await page.locator('[data-testid="live-zone"][data-fresh="stale"]').first().waitFor();
  same(await id(page, "queue-count").innerText(), "1", "what waited before still waits");
  await id(page, "no-data-since").filter({ hasText: /\d:\d\d/ }).first().waitFor();
  await seen(page, "shift-3-opened-without-the-edge");
  await id(page, "log-production").click();
  same(await id(page, "log-good").inputValue(), "", "what was counted may wait in a log, so nothing is suggested");
  await id(page, "no-data-since").waitFor();
  await seen(page, "shift-3-log-without-the-edge");
  await id(page, "log-good").fill("3");
  await id(page, "log-scrap").fill("0");
  await id(page, "log-hours").fill("0.25");
  await id(page, "submit-log").click();
  await toast(page, "Queued for sync");
  same(await id(page, "queue-count").innerText(), "2", "entries that wait");
  await page.goto(`${EDGE_URL}/m/${machine.id}/stop/${stopped.id}`);
  await id(page, "stop-facts").waitFor({ timeout: 30_000 });
  await id(page, "no-data-since").filter({ hasText: /\d:\d\d/ }).waitFor();
  await seen(page, "shift-3-stop-without-the-edge");
  await id(page, "reason-electrical_failure").click();
  await toast(page, "Queued for sync");
  same(await id(page, "queue-count").innerText(), "3", "entries that wait");
  // Nobody opened this page while the edge answered.
  await page.goto(`${EDGE_URL}/handover`);
  await id(page, "handover-shift").first().waitFor({ timeout: 30_000 });
  await seen(page, "shift-3-handover-without-the-edge");
  for (const [name, path] of [["floor", "/"], ["tv", "/tv"]]) {
    await page.goto(EDGE_URL + path);
    await page.locator('[data-testid="live-zone"][data-fresh="stale"]').first().waitFor({ timeout: 30_000 });
    await id(page, `tile-${MACHINE}`).or(page.getByText(MACHINE)).first().waitFor();
    await seen(page, `shift-3-${name}-without-the-edge`);
  }
  say("the page opened without the edge, on what was kept, and took another entry");
  await goHome(page, machine);
}

/** Who goes home signs off though nobody hears it; the page that is opened after them knows them no more. */
async function goHome(page, machine) {
  await page.goto(`${EDGE_URL}/login`);
  await id(page, "sign-out").click({ timeout: 30_000 });
  await toast(page, "The box hears of it when it is back");
  const nobody = id(page, "user-button").and(page.locator(".bar-user-none"));
  await nobody.waitFor();
  await page.goto(`${EDGE_URL}/m/${machine.id}`);
  await page.locator('[data-testid="queue-indicator"][data-state="offline"]').waitFor({ timeout: 30_000 });
  // Long enough for what was kept to be taken.
  await page.waitForTimeout(1_000);
  await nobody.waitFor();
  say("who signed off without the edge does not come back with the page");
}

async function handOver(page, next) {
  await page.goto(`${EDGE_URL}/handover`);
  await id(page, "handover-figures").waitFor();
  // The shift that runs cannot be handed over before it ends; the one before it is.
  await id(page, "handover-shift").nth(1).click();
  await id(page, "handover-notes").fill("Conveyor cleaned. Cloud away all shift.");
  await id(page, "handover-save").click();
  await toast(page, "");
  await shot(page, "shift-5-handover");
  await signOn(next, SUPERVISOR);
  await next.goto(EDGE_URL);
  await id(next, "handover-waits").click();
  await id(next, "acknowledge").click();
  await id(next, "handover-left").waitFor({ state: "detached" });
  say("the shift is handed over and taken");
}

await walk(async () => {
  signal(CLOUD_PID, "SIGSTOP");
  const page = await open();
  announce(401, "/api/v1/");
  announce("net::ERR_", "/api/v1/");
  try {
    await signOn(page, OPERATOR);
    const machine = (await get(page, "/machines")).machines.find((m) => m.machine_code === MACHINE);
    const order = await get(page, `/work-orders/${ORDER}`);
    await scan(page);
    await startOrder(page, machine);
    await log(page, machine, order, 12, 2, "Logged 14 units");
    await stop(page, machine);
    await tabletAlone(page, machine, order);
    // The rest of the order, so that it can be completed: rejected units count as made.
    await log(page, machine, order, order.quantity_ordered - 25, 1, "Logged");
    await page.goto(`${EDGE_URL}/m/${machine.id}?view=orders`);
    await id(page, `complete-${ORDER}`).click();
    await id(page, `complete-${ORDER}`).waitFor({ state: "detached" });
    await handOver(page, await open());
    await page.goto(`${EDGE_URL}/queue`);
    await id(page, "cloud-pending").waitFor();
    await shot(page, "shift-6-waits-for-the-cloud");
    expect(Number((await id(page, "cloud-pending").innerText()).replace(/\D/g, "")) > 0, "facts wait for the cloud");
  } finally {
    signal(EDGE_PID, "SIGCONT");
    signal(CLOUD_PID, "SIGCONT");
  }
});
