// Takes a picture of every screen from both mocks: node mock/shots.mjs [folder] [part of a name] [size]; LOCALE=de-DE for German. Fails on a policy violation or a page error.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CLOUD_PAGES } from './pages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? '/tmp/shots';
const only = process.argv[3];
process.on('exit', () => mocks.forEach((mock) => mock.kill()));
mkdirSync(out, { recursive: true });
const mocks = [['edge', 8191], ['cloud', 8190]].map(([app, port]) => spawn('node', [join(here, 'server.mjs'), app, String(port)], { stdio: 'inherit' }));
await new Promise((r) => setTimeout(r, 600));
const EDGE = 'http://127.0.0.1:8191';
const CLOUD = 'http://127.0.0.1:8190';

const openSignals = async (page) => { await page.getByTestId('stop-signals').locator('summary').first().click(); await page.waitForTimeout(900); await page.getByTestId('stop-signals').scrollIntoViewIfNeeded(); };
const writeValue = async (page, value, isSent) => {
  await page.request.post(`${EDGE}/api/v1/auth/login`, { data: { operator: 5, pin: '1234' } });
  await page.reload();
  await page.getByTestId('write-form').waitFor();
  if (value === null) return;
  for (const digit of value) await page.getByTestId(`pad-${digit}`).click();
  await page.getByTestId('write-next').click();
  if (isSent) await page.getByTestId('write-yes').click();
};
const pages = [
  ['edge-floor', `${EDGE}/`], ['edge-station', `${EDGE}/m/1`], ['edge-station-setup', `${EDGE}/m/3`], ['edge-station-nodata', `${EDGE}/m/5`], ['edge-log', `${EDGE}/m/1/log?wo=456`], ['edge-stop', `${EDGE}/m/2`],
  ['edge-stop-new', `${EDGE}/m/6/stop/new`], ['edge-orders', `${EDGE}/m/1?view=orders`], ['edge-login', `${EDGE}/login`],
  ['edge-pin', `${EDGE}/login`, (p) => p.getByTestId('operator-3').click()], ['edge-queue', `${EDGE}/queue`], ['edge-help', `${EDGE}/m/2/help`], ['edge-handover', `${EDGE}/handover`], ['edge-handover-issue', `${EDGE}/handover`, (p) => p.getByTestId('add-issue').click()],
  ['edge-connections', `${EDGE}/connections`], ['edge-connection', `${EDGE}/connections?name=cnc-modbus`], ['edge-connection-hour', `${EDGE}/connections?name=cnc-modbus`, (p) => p.getByTestId('tag-spindle_load').getByRole('button').click()],
  ...[['', null], ['-ask', '42'], ['-done', '42'], ['-refused', '1'], ['-notsent', '2'], ['-unknown', '3']].map(([name, value]) => [`edge-write${name}`, `${EDGE}/connections?name=cnc-modbus&write=oven_setpoint`, (p) => writeValue(p, value, name !== '-ask')]),
  ['edge-write-bit', `${EDGE}/connections?name=cnc-modbus&write=lamp`, (p) => writeValue(p, null, false)],
  ['edge-signals', `${EDGE}/m/1/stop/0192-stop-b`, openSignals], ['edge-signals-table', `${EDGE}/m/1/stop/0192-stop-b`, async (p) => { await openSignals(p); await p.getByTestId('signals').locator('summary').click(); }], ['edge-signals-none', `${EDGE}/m/9/stop/0192-stop-mech`, openSignals],
  ['edge-settings', `${EDGE}/settings`], ['edge-trust', `${EDGE}/trust`], ['edge-tv', `${EDGE}/tv`], ['edge-tv-shift', `${EDGE}/tv`, (p) => p.getByTestId('tv-next').click()], ['edge-scanner', `${EDGE}/scanner`],
  ['cloud-login', `${CLOUD}/login`], ['cloud-dashboard', `${CLOUD}/`], ['cloud-availability', `${CLOUD}/?kpi=availability`], ['cloud-oee', `${CLOUD}/?kpi=oee`],
  ['cloud-machines', `${CLOUD}/machines`], ['cloud-machine', `${CLOUD}/machines/1`], ['cloud-orders', `${CLOUD}/work-orders`], ['cloud-edges', `${CLOUD}/edges`],
  ['cloud-help', `${CLOUD}/machines`, (p) => p.keyboard.press('?')],
  ...CLOUD_PAGES.map(([name, path, act, set]) => [name, CLOUD + path, act, set]),
];

const set = (page, state) => page.request.post(`${CLOUD}/api/v1/mock`, { data: { empty: false, fail: null, failCode: 500, ...state } });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
let bad = 0;
for (const [size, width, height] of [['wide', 1280, 800], ['phone', 390, 844], ['narrow', 320, 700]].filter(([s]) => !process.argv[4] || s === process.argv[4])) {
  for (const scheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: process.env.LOCALE ?? 'en-US' });
    for (const [name, address, act, state] of pages) {
      if (only && !name.includes(only)) continue;
      const page = await context.newPage();
      page.on('console', (m) => { if (m.type() === 'error' && !/40[0139]|ERR_|500 \(/.test(m.text())) { bad += 1; console.log(name, m.text().slice(0, 300)); } });
      page.on('pageerror', (e) => { bad += 1; console.log(name, 'pageerror', e.message); });
      if (address.startsWith(CLOUD) && name !== 'cloud-login') await page.request.post(`${CLOUD}/api/v1/auth/login`, { data: { email: name.endsWith('-viewer') ? 'anna@acme.example' : 'mia@acme.example', password: name.endsWith('-first') ? 'first' : 'demo' } });
      if (state) await set(page, state);
      await page.goto(address);
      await page.waitForTimeout(name.startsWith('cloud') ? 1400 : 1000);
      if (act) { await act(page); await page.waitForTimeout(300); }
      const over = await page.evaluate(() => [document.documentElement.scrollWidth - window.innerWidth, document.documentElement.scrollHeight - window.innerHeight]);
      if (over[0] > 0) { bad += 1; console.log(`${name} ${size}: ${over[0]} px too wide`); }
      if (name.startsWith('edge-station') && size === 'wide' && over[1] > 0) { bad += 1; console.log(`${name} ${size}: scrolls by ${over[1]} px`); }
      await page.screenshot({ path: join(out, `${name}-${size}-${scheme}.png`), fullPage: name.startsWith('cloud') || size === 'phone' });
      if (state) await set(page, {});
      if (name === 'cloud-login') await context.clearCookies();
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
console.log(bad ? `${bad} problems` : 'no problems');
process.exit(bad ? 1 : 0);
