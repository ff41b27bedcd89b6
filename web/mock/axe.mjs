// Looks for barriers with axe-core on every page of the dashboard: node mock/axe.mjs [part of a name]. Zero violations is the rule.
// Light and dark at desk width; then 320 px and 200 % zoom, where nothing may scroll sideways.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CLOUD_PAGES } from './pages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const only = process.argv[2];
const PORT = 8490;
const CLOUD = `http://127.0.0.1:${PORT}`;
const mock = spawn('node', [join(here, 'server.mjs'), 'cloud', String(PORT)], { stdio: 'inherit' });
process.on('exit', () => mock.kill('SIGKILL'));
await new Promise((r) => setTimeout(r, 600));

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PAGES = [['cloud-login', '/login'], ['cloud-dashboard', '/'], ['cloud-oee', '/?kpi=oee'], ['cloud-availability', '/?kpi=availability'], ['cloud-machines', '/machines'], ['cloud-machine', '/machines/1'], ['cloud-orders', '/work-orders'], ['cloud-edges', '/edges'],
  ['cloud-help', '/machines', (p) => p.keyboard.press('?')], ...CLOUD_PAGES].filter(([name]) => !only || name.includes(only));
const LOOKS = [['light', 1280, 800, 'light', 1], ['dark', 1280, 800, 'dark', 1], ['320 px', 320, 700, 'light', 1], ['200 %', 640, 400, 'light', 2]];

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const found = new Map();
let wide = 0;
const set = (page, state) => page.request.post(`${CLOUD}/api/v1/mock`, { data: { empty: false, fail: null, failCode: 500, ...state } });
for (const [look, width, height, colorScheme, deviceScaleFactor] of LOOKS) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, deviceScaleFactor, locale: 'en-US', reducedMotion: 'reduce' });
  for (const [name, path, act, state] of PAGES) {
    const page = await context.newPage();
    if (name === 'cloud-login') await context.clearCookies();
    else await page.request.post(`${CLOUD}/api/v1/auth/login`, { data: { email: name.endsWith('-viewer') ? 'anna@acme.example' : 'mia@acme.example', password: name.endsWith('-first') ? 'first' : 'demo' } });
    if (state) await set(page, state);
    await page.goto(CLOUD + path);
    await page.waitForTimeout(700);
    if (act) await Promise.resolve(act(page)).catch((e) => console.log(`${look} ${name}: could not act: ${e.message.split('\n')[0]}`));
    await page.waitForTimeout(200);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) { wide += 1; console.log(`${look} ${name}: ${over} px too wide`); }
    if (deviceScaleFactor === 1) {
      // What lies under the fixed header only because the page is scrolled is no barrier.
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.evaluate(axe);
      const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), TAGS);
      for (const v of violations) for (const node of v.nodes) {
        const key = `${v.id}: ${node.target.join(' ')}`;
        if (!found.has(key)) found.set(key, `${v.help} | ${look} ${name} | ${node.html.slice(0, 160)} | ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`);
      }
    }
    if (state) await set(page, {});
    await page.close();
  }
  await context.close();
}
await browser.close();
for (const [key, text] of found) console.log(`${key}\n    ${text}`);
console.log(found.size + wide === 0 ? `no barriers on ${PAGES.length} pages in ${LOOKS.length} looks` : `${found.size} violations, ${wide} too wide`);
process.exit(found.size + wide === 0 ? 0 : 1);
