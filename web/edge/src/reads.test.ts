import type { Downtime } from '@unison/ui-kit';
import { afterEach, expect, it, vi } from 'vitest';
import { allStops } from './reads';

afterEach(() => vi.unstubAllGlobals());

it('shift_06 the stops of a shift are all of them, however many, each once', async () => {
  const stops = Array.from({ length: 250 }, (_, i) => ({ id: `s${i}` }) as Downtime);
  const pages: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    const query = new URL(url, 'http://edge').searchParams;
    const page = Number(query.get('page'));
    pages.push(query.get('page') ?? '');
    // A stop begins between the first page and the second.
    const now = page > 1 ? [{ id: 'new' } as Downtime, ...stops] : stops;
    const body = { downtime_events: now.slice((page - 1) * 100, page * 100), total: now.length, page, per_page: 100 };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }));
  });
  const { downtime_events: all } = await allStops('2025-11-06T06:00:00Z', '2025-11-06T14:00:00Z');
  expect(pages).toEqual(['1', '2', '3']);
  expect(all.map((stop) => stop.id).sort()).toEqual(stops.map((stop) => stop.id).sort());
});
