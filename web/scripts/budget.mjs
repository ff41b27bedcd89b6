// Weighs what a first visit loads (entry, its static imports, its styles) and fails above the budget.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = process.env.UNISON_WEB_DIST ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const KB = 1000;
const budgets = [
  { app: 'edge', first: 200 * KB, lazy: 250 * KB },
  { app: 'cloud', first: 300 * KB, lazy: 250 * KB },
];

function closure(manifest, key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(manifest, next, seen);
  return seen;
}

const size = (app, file) => gzipSync(readFileSync(join(dist, app, file)), { level: 9 }).length;
let failed = false;

for (const { app, first, lazy } of budgets) {
  const manifest = JSON.parse(readFileSync(join(dist, app, '.vite', 'manifest.json'), 'utf8'));
  const entry = closure(manifest, 'index.html');
  const weigh = (keys) => {
    const files = new Set([...keys].flatMap((k) => [manifest[k].file, ...(manifest[k].css ?? [])]));
    return [...files].reduce((sum, file) => sum + size(app, file), 0);
  };
  const total = weigh(entry) + size(app, 'index.html');
  const say = (what, bytes, limit) => {
    const over = bytes > limit;
    failed ||= over;
    console.log(`${over ? 'OVER ' : 'ok   '} ${app} ${what}: ${(bytes / KB).toFixed(1)} kB gz of ${limit / KB}`);
  };
  say('first load', total, first);
  for (const [key, chunk] of Object.entries(manifest)) {
    if (!chunk.isDynamicEntry) continue;
    const own = new Set([...closure(manifest, key)].filter((k) => !entry.has(k)));
    say(`lazy ${chunk.name ?? key}`, weigh(own), lazy);
  }
}
process.exit(failed ? 1 : 0);
