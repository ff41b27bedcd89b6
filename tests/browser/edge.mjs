// Every operator page on the real edge: a shift is handed over and taken, help is called and comes, a value goes to a
// machine; then each page with data, while it loads, with nothing in it, when the edge fails and when it is away, in
// light and dark, on a panel, a wall and a phone. Nothing scrolls sideways and axe-core finds no barrier.
import { announce, barriers, expect, newContext, same, say, shot, signOn, walk } from "./browser.mjs";

const { EDGE_URL, OPERATOR, SUPERVISOR, PIN, ORDER, MACHINE } = process.env;
const API = "**/api/v1/**";
const WIDE = { width: 1280, height: 800 };
/** Where each state is looked at; all of them with LOOKS=all. */
const EVERY_LOOK = ["light", "dark"].flatMap((colorScheme) => [WIDE, { width: 1920, height: 1080 }, { width: 390, height: 844 }].map((viewport) => ({ colorScheme, viewport })));
const ALL = process.env.LOOKS === "all";
const DATA_LOOKS = ALL ? EVERY_LOOK : [{ colorScheme: "dark", viewport: { width: 390, height: 844 }, locale: "de-DE" }, { colorScheme: "light", viewport: { width: 1920, height: 1080 } }];
const STATE_LOOKS = ALL ? EVERY_LOOK : [{ colorScheme: "light", viewport: WIDE }];

const SIDE_BY_SIDE = 4;

const origin = new URL(EDGE_URL).origin;
const open = async (options) => (await newContext([origin], { reducedMotion: "reduce", ...options })).newPage();
/** Looks of one kind share a context: it takes longer to make than a page. */
const contexts = new Map();
const alike = async (options) => {
  const kind = JSON.stringify(options);
  if (!contexts.has(kind)) contexts.set(kind, newContext([origin], { reducedMotion: "reduce", ...options }));
  return (await contexts.get(kind)).newPage();
};
const id = (page, name) => page.getByTestId(name);

/** A machine stands; somebody calls, the whole hall sees it, somebody comes, it is over. */
async function help(page, wall, machineId) {
  await page.goto(`${EDGE_URL}/m/${machineId}`);
  await id(page, "call-help").click();
  await id(page, "help-notes").fill("Spindle smells");
  await id(page, "help-maintenance").click();
  await id(page, "toast").filter({ hasText: "Maintenance is called" }).waitFor();
  await id(wall, `tv-${MACHINE}`).getByTestId("help-line").filter({ hasText: "Maintenance" }).waitFor();
  await shot(wall, "edge-tv-call");
  await id(page, "call-help").click();
  await id(page, "help-call").filter({ hasText: "Spindle smells" }).waitFor();
  expect(await id(page, "help-maintenance").isDisabled(), "the same help is called once");
  await id(page, "help-answer").click();
  await id(wall, `tv-${MACHINE}`).getByTestId("help-line").filter({ hasText: OPERATOR }).waitFor();
  await id(page, "help-end").click();
  await wall.waitForFunction(() => !document.querySelector("[data-testid=help-line]"));
  say("help: called, seen on the wall, answered, over");
}

/** Two people: one writes of the shift that ended, while the box is away; the other reads it and acknowledges. */
async function handover(page) {
  await page.goto(`${EDGE_URL}/`);
  await id(page, "open-handover").click();
  await id(page, "handover-figures").waitFor();
  const ended = id(page, "handover-shift").nth(1);
  await ended.click();
  await id(page, "handover-save").click();
  await page.getByText("Write at least a sentence").waitFor();
  await id(page, "handover-notes").fill("Belt of the press slips.\nTom has the spare.");
  await id(page, "add-issue").click();
  await id(page, "issue-text").fill("Guard loose");
  await shot(page, "edge-handover");
  await page.reload();
  await ended.click();
  same(await id(page, "handover-notes").inputValue(), "Belt of the press slips.\nTom has the spare.", "the draft after a reload");
  announce("net::ERR_FAILED", "/shift-handovers");
  await page.route("**/api/v1/shift-handovers", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await id(page, "handover-save").click();
  await id(page, "toast").filter({ hasText: "Queued for sync" }).waitFor();
  await page.goto(`${EDGE_URL}/handover`);
  await ended.click();
  await id(page, "handover-queued").waitFor();
  same(await id(page, "handover-notes").inputValue(), "Belt of the press slips.\nTom has the spare.", "the draft while it waits");
  await page.unroute("**/api/v1/shift-handovers");
  await page.reload();
  await id(page, "toast").filter({ hasText: "Sent:" }).waitFor();
  const list = await (await page.request.get(`${EDGE_URL}/api/v1/shift-handovers`)).json();
  same([list.total, list.shift_handovers[0].handover_notes, list.shift_handovers[0].issues, list.shift_handovers[0].logged_by.name],
    [1, "Belt of the press slips.\nTom has the spare.", [{ machine_id: null, description: "Guard loose" }], OPERATOR], "what was written");
  await page.goto(`${EDGE_URL}/handover`);
  await id(page, "handover-left").getByTestId("acknowledge").filter({ hasText: "does not acknowledge it" }).waitFor();
  const next = await open();
  await signOn(next, SUPERVISOR);
  await next.goto(EDGE_URL);
  await id(next, "handover-waits").filter({ hasText: OPERATOR }).click();
  await id(next, "handover-left").filter({ hasText: "Guard loose" }).waitFor();
  await shot(next, "edge-handover-left");
  await id(next, "acknowledge").click();
  await id(next, "handover-left").waitFor({ state: "detached" });
  await next.context().close();
  await ended.click();
  await id(page, "handover-done").filter({ hasText: SUPERVISOR }).waitFor();
  say("handover: written while the box was away, sent once, read and acknowledged by somebody else");
}

/** Scrap gets its reason by one tap. */
async function scrap(page, machineId, order) {
  await page.goto(`${EDGE_URL}/m/${machineId}/log?wo=${order.id}`);
  await id(page, "log-good").fill("5");
  await id(page, "log-scrap").fill("3");
  await id(page, "log-hours").fill("0.5");
  await id(page, "scrap-burr").click();
  await id(page, "scrap-dimension").click();
  await shot(page, "edge-scrap");
  await id(page, "submit-log").click();
  await id(page, "toast").filter({ hasText: "Logged 8 units" }).first().waitFor();
  const logs = await (await page.request.get(`${EDGE_URL}/api/v1/production-logs?work_order_id=${order.id}`)).json();
  same(logs.production_logs[0].scrap_reasons.map((s) => [s.scrap_reason_code, s.quantity]), [["burr", 2], ["dimension", 1]], "why units are scrap");
  say("scrap: two reasons by two taps");
}

/** This device stands at a machine: it begins there, once. */
async function device(page, machineId) {
  await page.goto(`${EDGE_URL}/settings`);
  await id(page, "own-station").selectOption(String(machineId));
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(EDGE_URL);
  await id(page, "station").waitFor();
  await id(page, "nav-floor").click();
  await id(page, `tile-${MACHINE}`).waitFor();
  await page.goto(`${EDGE_URL}/settings`);
  await id(page, "own-station").selectOption("");
  say("device: begins at its station");
}

/** A value goes to the simulated CNC: by somebody who may, after a question; the device takes one and refuses another. */
async function writeTag(operators) {
  const [connection, tag] = ["/connections?name=gateway-1", "cnc_feed_limit"];
  await operators.goto(EDGE_URL + connection);
  await id(operators, `tag-${tag}`).waitFor();
  same(await id(operators, `write-${tag}`).count(), 0, "buttons of whoever may not write");
  const page = await open();
  await page.goto(EDGE_URL + connection);
  await id(page, `write-${tag}`).click();
  await id(page, "signin-purpose").filter({ hasText: `to write ${tag}` }).waitFor();
  await page.getByRole("button", { name: SUPERVISOR }).click();
  await id(page, "pin").fill(PIN);
  await id(page, "sign-in").click();
  const found = [];
  const write = async (value, outcome) => {
    await id(page, "write-form").waitFor();
    for (const digit of value) await id(page, `pad-${digit}`).click();
    same(await id(page, "write-value").inputValue(), value, "what the pad typed");
    await id(page, "write-next").click();
    const question = await id(page, "write-ask").innerText();
    await id(page, "write-yes").click();
    await page.locator(`[data-testid=write-outcome][data-outcome=${outcome}]`).waitFor();
    found.push(...(await barriers(page, `write ${outcome}`)));
    await shot(page, `edge-write-${outcome}`);
    return question;
  };
  await page.locator("[data-testid=write-now][data-live=true]").filter({ hasText: "100" }).waitFor();
  found.push(...(await barriers(page, "write form")));
  const question = await write("42", "done");
  expect(question.includes(`Write 42 to ${tag} of ${MACHINE} on gateway-1? The value now is 100.`), question);
  await page.locator("[data-testid=read-back][data-back=same]").filter({ hasText: "42" }).waitFor();
  await id(page, "write-again").click();
  await write("151", "refused");
  same(await id(page, "write-reason").innerText(), "the device does not take this value (exception 3)", "the device's reason");
  await id(page, "tag-write").nth(1).waitFor();
  const rows = await Promise.all((await id(page, "tag-write").all()).map((row) => row.locator("td").allInnerTexts()));
  same(rows.map(([who, before, value, end]) => [who, before, value, end.split("\n")[0]]), [[SUPERVISOR, "42", "151", "✖ Refused"], [SUPERVISOR, "100", "42", "✓ Done"]], "the latest writes");
  // What cannot be sent now is not sent later either.
  await id(page, "write-again").click();
  announce("net::ERR_FAILED", "/api/v1/");
  await page.route(API, (route) => route.abort());
  await id(page, "write-away").waitFor();
  expect(await id(page, "write-next").isDisabled(), "no write while the box is away");
  await shot(page, "edge-write-away");
  await page.context().close();
  same(found, [], "barriers of a write");
  say("write: asked who, asked once more, taken and read back, refused with the reason, not while the box is away");
}

/** Every page, and whether it has something of its own to load. */
const pages = (machineId, order, stop) => [
  ["floor", "/", true], ["station", `/m/${machineId}`, true], ["orders", `/m/${machineId}?view=orders`, true], ["log", `/m/${machineId}/log?wo=${order.id}`, true],
  ["stop-new", `/m/${machineId}/stop/new`, true], ["stop", `/m/${machineId}/stop/${stop}`, true], ["stop-edit", `/m/${machineId}/stop/${stop}/edit`, true], ["help", `/m/${machineId}/help`, true],
  ["handover", "/handover", true], ["tv", "/tv", true], ["queue", "/queue", true], ["connections", "/connections", true], ["connection", "/connections?name=gateway-1", true], ["write", "/connections?name=gateway-1&write=cnc_feed_limit", true], ["login", "/login", true], ["settings", "/settings", true], ["scanner", "/scanner", false], ["trust", "/trust", true], ["nothing", "/nothing-here", false],
];

const emptied = (body) => Object.fromEntries(Object.entries(body).map(([key, value]) => [key, Array.isArray(value) ? [] : value]));
const answer = (status, body) => ({ status, contentType: "application/json", body: JSON.stringify(body) });
const STATES = {
  data: null,
  loading: () => new Promise(() => {}),
  // One machine, one order, one stop are asked for by name: only lists can be empty.
  empty: async (route) => {
    const body = await (await route.fetch()).json();
    await route.fulfill(answer(200, emptied(body)));
  },
  error: (route) => route.fulfill(answer(500, { error: "Internal error", reason: "Please try again; if it stays, report trace id 7f3a91" })),
  offline: (route) => route.abort(),
};

async function look(name, path, has, state, { colorScheme, viewport, locale = "en-GB" }) {
  const page = await alike({ colorScheme, viewport, locale });
  const where = `${name} ${state} ${colorScheme} ${viewport.width}`;
  const isLive = state === "data" || state === "empty";
  if (STATES[state]) await page.route(API, (route) => (/\/(events|me)$/.test(new URL(route.request().url()).pathname) && isLive ? route.continue() : STATES[state](route)));
  // Live machines would fill what is to be looked at empty.
  if (state === "empty") await page.route("**/api/v1/events", (route) => route.abort());
  await page.goto(EDGE_URL + path);
  await page.locator("#main section, #main form, #main div").first().waitFor();
  if (state === "loading" && has) await id(page, "loading").first().waitFor();
  if (state === "error" && has) await page.locator('[data-testid=failed], [role=alert]').first().waitFor();
  if (state === "offline" && has && name !== "settings") await page.locator('[data-testid=failed], [role=alert]').first().waitFor();
  if (isLive) await id(page, "loading").first().waitFor({ state: "detached" });
  await page.waitForTimeout(150);
  const found = await barriers(page, where);
  await shot(page, `edge-${name}-${state}-${viewport.width}-${colorScheme}`);
  await page.close();
  return found;
}

await walk(async () => {
  const page = await open();
  await signOn(page, OPERATOR);
  const get = async (path) => (await page.request.get(`${EDGE_URL}/api/v1${path}`)).json();
  const machine = (await get("/machines")).machines.find((m) => m.machine_code === MACHINE);
  const order = await get(`/work-orders/${ORDER}`);
  const wall = await open({ viewport: { width: 1920, height: 1080 } });
  await wall.goto(`${EDGE_URL}/tv?seconds=3600`);
  await id(wall, `tv-${MACHINE}`).waitFor();
  await help(page, wall, machine.id);
  await scrap(page, machine.id, order);
  await device(page, machine.id);
  await handover(page);
  await writeTag(page);
  await wall.context().close();

  const ended = new Date(Date.now() - 1_000).toISOString();
  const started = new Date(Date.now() - 61_000).toISOString();
  const reported = await page.request.post(`${EDGE_URL}/api/v1/downtime-events`, { headers: { Origin: origin }, data: { machine_id: machine.id, downtime_reason_code: "mechanical_failure", started_at: started, ended_at: ended } });
  const stop = (await reported.json()).id;
  await page.context().close();
  announce(404, "/nothing-here");
  for (const status of [500, "net::ERR_FAILED"]) announce(status, "/api/v1/");
  const looks = (state) => (state === "data" && !ALL ? [...STATE_LOOKS, ...DATA_LOOKS] : STATE_LOOKS);
  const all = pages(machine.id, order, stop).flatMap(([name, path, has]) => Object.keys(STATES).flatMap((state) => looks(state).map((one) => [name, path, has, state, one])));
  // Pages mostly wait: some side by side.
  const [found, count] = [[], all.length];
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = all.shift(); next; next = all.shift()) found.push(...(await look(...next)));
  }));
  same(found, [], "barriers");
  say(`every page in every state, ${count} looks: no barrier, nothing too wide`);
});
