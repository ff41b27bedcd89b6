// The box is upgraded while its pages are open: an open page takes the new pages by itself, one in which somebody types
// does so when they are done, and a page that is opened when the box is gone again is of the new version. The upgraded
// box is the real one behind a server that gives every file another name, as a build does.
import { createServer, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { announce, expect, newContext, same, say, shot, walk } from "./browser.mjs";

const { EDGE_URL, MACHINE } = process.env;
const box = new URL(EDGE_URL);
const id = (page, name) => page.getByTestId(name);
let isUpgraded = false;

/** Names of all scripts, styles and pictures of the version that the box really has. */
const worker = await (await fetch(`${EDGE_URL}/sw.js`)).text();
const names = new Set([...worker.matchAll(/\/assets\/([\w-]+\.\w+)/g)].map(([, name]) => name));
const NEXT = "next-";

/** A file as the next version has it: every name is another, and so is the revision of the page that they make. */
const upgraded = (text) => text.replaceAll(/[\w-]+\.\w+/g, (name) => (names.has(name) ? NEXT + name : name)).replace(/(url:`\/`,revision:`)/, `$1${NEXT}`);

function pass(asked, answer) {
  const name = asked.url.startsWith("/assets/") ? asked.url.slice("/assets/".length) : null;
  // As the real one, it has the files of its own version and no others.
  if (name !== null && name.startsWith(NEXT) !== isUpgraded) return answer.writeHead(404).end();
  const path = name === null ? asked.url : `/assets/${name.replace(NEXT, "")}`;
  const headers = { ...asked.headers, "accept-encoding": "gzip" };
  delete headers["if-none-match"];
  const there = request({ host: box.hostname, port: box.port, method: asked.method, path, headers }, async (given) => {
    if (!isUpgraded || !/html|javascript|css/.test(given.headers["content-type"])) {
      answer.writeHead(given.statusCode, given.headers);
      return given.pipe(answer);
    }
    const { "content-length": _, "content-encoding": encoding, ...rest } = given.headers;
    // Who asked may be gone before all of it is there.
    const whole = await buffer(given).catch(() => null);
    if (whole === null) return answer.destroy();
    answer.writeHead(given.statusCode, rest).end(upgraded((encoding === "gzip" ? gunzipSync(whole) : whole).toString()));
  });
  there.on("error", () => answer.destroy());
  answer.on("close", () => there.destroy());
  asked.pipe(there);
}

const server = createServer(pass);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const isNew = (page) => page.locator(`script[src^="/assets/${NEXT}"]`).count();
const becomesNew = (page) => page.locator(`script[src^="/assets/${NEXT}"]`).first().waitFor({ state: "attached", timeout: 30_000 });

const stopped = () =>
  new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

await walk(async () => {
  expect(upgraded(worker).includes(`revision:\`${NEXT}`), "the worker's list has the page with a revision");
  announce("net::ERR_", "/api/v1/");
  announce("net::ERR_", "/sw.js");
  // The picture of a tab, of a page that is just going.
  announce(404, "/assets/icon-");
  announce("net::ERR_", "/assets/icon-");
  const context = await newContext([url], { serviceWorkers: "allow" });
  const [looking, typing] = [await context.newPage(), await context.newPage()];
  const { machines } = await (await looking.request.get(`${EDGE_URL}/api/v1/machines`)).json();
  const station = `${url}/m/${machines.find((m) => m.machine_code === MACHINE).id}`;
  await looking.goto(station);
  await looking.evaluate(async () => void (await navigator.serviceWorker.ready));
  await looking.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await typing.goto(`${station}/log`);
  await id(typing, "log-good").fill("17");
  same([await isNew(looking), await isNew(typing)], [0, 0], "the pages are of the version before");

  isUpgraded = true;
  server.closeAllConnections();
  await becomesNew(looking);
  await id(looking, "station").waitFor();
  say("a page that is looked at became the new one by itself");
  // Longer than it waits before it looks whether somebody still types.
  await typing.waitForTimeout(7_000);
  same([await isNew(typing), await id(typing, "log-good").inputValue()], [0, "17"], "what somebody types stays");
  await id(typing, "back").click();
  await becomesNew(typing);
  await id(typing, "station").waitFor();
  say("who typed was done first");

  await stopped();
  await looking.goto(station);
  expect(await isNew(looking), "without the box the page is of the new version");
  await id(looking, "station").waitFor({ timeout: 30_000 });
  await shot(looking, "upgrade-without-the-box");
  say("the page that opens without the box is the new one");
});
server.closeAllConnections();
server.close();
