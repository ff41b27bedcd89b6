// What every walk needs: a browser whose pages report each request to another origin, each violation of the
// Content-Security-Policy, each page error and each error on the console that the walk did not announce.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";

const require = createRequire(process.env.WEB_PACKAGE);
const { chromium } = require("playwright-core");
/** To be evaluated in a page, where the policy lets no script in. */
const axeScript = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** A picture (PNG) of a QR code with this text. */
export async function pictureOf(text) {
  const { prepareZXingModule, writeBarcode } = require("zxing-wasm/writer");
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(require.resolve("zxing-wasm/writer/zxing_writer.wasm")).buffer } });
  const { error, image } = await writeBarcode(text, { format: "QRCode", scale: 8 });
  if (error) throw new Error(error);
  return Buffer.from(await image.arrayBuffer());
}

const shots = process.env.SHOTS;
mkdirSync(shots, { recursive: true });

export const problems = [];
/** Answers that a step provokes: [status or net::ERR_…, part of the address]. Nobody signed in is asked for at every log-in. */
const announced = [["401", "/api/v1/me"]];
export const announce = (status, address) => announced.push([String(status), address]);
const isAnnounced = (text, url) => announced.some(([status, address]) => text.includes(status.startsWith("net::") ? status : `status of ${status}`) && url.includes(address));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...(process.env.CHROMIUM_ARGS ?? "").split("\n").filter(Boolean)],
});

export async function newContext(origins, options = {}) {
  // What a service worker answers no step could make fail; the shift's steps try it.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", serviceWorkers: "block", ...options });
  context.setDefaultTimeout(20_000);
  await context.route("**/*", (route) => {
    const origin = new URL(route.request().url()).origin;
    if (origins.includes(origin) || origin === "null") return route.continue();
    problems.push(`request to another origin: ${route.request().url()}`);
    return route.abort();
  });
  context.on("weberror", (e) => problems.push(`page error on ${e.page()?.url()}: ${e.error().message}`));
  context.on("console", (m) => {
    if (/Content.Security.Policy/i.test(m.text())) problems.push(`CSP on ${m.page()?.url()}: ${m.text()}`);
    else if (m.type() === "error" && !isAnnounced(m.text(), m.location().url))
      problems.push(`console on ${m.page()?.url()}: ${m.text()} ${m.location().url}`);
  });
  return context;
}

export const shot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });
export const say = (text) => console.log(text);
export function expect(condition, text) {
  if (!condition) throw new Error(text);
}
export function same(found, wanted, text) {
  expect(JSON.stringify(found) === JSON.stringify(wanted), `${text}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What scrolls sideways or keeps somebody out. */
export async function barriers(page, where) {
  const found = [];
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) found.push(`${where}: ${over} px too wide`);
  await page.evaluate(axeScript);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }), RULES);
  for (const v of violations) for (const node of v.nodes) found.push(`${where}: ${v.id}: ${node.target.join(" ")} ${node.html.slice(0, 140)}`);
  return found;
}

/** Somebody signs on at the edge by tile and PIN. */
export async function signOn(page, name) {
  await page.goto(`${process.env.EDGE_URL}/login`);
  await page.getByRole("button", { name }).click();
  await page.getByTestId("pin").fill(process.env.PIN);
  await page.getByTestId("sign-in").click();
  await page.getByTestId("user-button").filter({ hasText: name }).waitFor();
}

/** Commands the simulated plant. */
export function plant(line) {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(process.env.PLANT_PORT), "127.0.0.1", () => socket.write(`${line}\n`));
    socket.once("data", (answer) => {
      socket.end();
      answer.toString().startsWith("ok") ? resolve() : reject(new Error(`${line}: ${answer}`));
    });
    socket.once("error", reject);
  });
}

/** Runs the steps; leaves pictures of every open page when one fails. */
export async function walk(steps) {
  try {
    await steps();
    expect(problems.length === 0, problems.join("\n"));
    say("done");
  } catch (error) {
    console.error(error.stack);
    for (const problem of problems) console.error(problem);
    for (const [c, context] of browser.contexts().entries())
      for (const [p, page] of context.pages().entries()) {
        console.error(`failed-${c}-${p}: ${page.url()}`);
        await shot(page, `failed-${c}-${p}`).catch(() => {});
      }
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
