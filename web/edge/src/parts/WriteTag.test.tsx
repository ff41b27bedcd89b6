/** The page to write a value: the question is of one person, of now, and no scan answers it. */
import { LiveProvider, type LiveStream, type Tag, type User } from '@unison/ui-kit';
import { QueryClientProvider } from '@tanstack/react-query';
import i18next from 'i18next';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pageIsHeld } from '../entry';
import { actOn } from '../scanning';
import { queries } from '../services';
import type { Beat } from './beat';
import WriteTag from './WriteTag';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), Link: () => null }));

const NOW = Date.UTC(2026, 10, 22, 9);
const tag: Tag = {
  name: 'limit', connection: 'plc', type: 'f32', value: 40.123456, quality: 'good', at: new Date(NOW).toISOString(), age_ms: 500, is_live: true, period_ms: 1_000, keep: false,
  meaning: null, unit: null, writable: true, scaled: false, machine_id: null, machine_code: null,
};
const person = (id: number): User => ({ id, name: `P${id}`, roles: ['supervisor'], permissions: ['plc:write'] });
const beat = (link: Beat['link'] = 'live'): Beat => ({ now: Date.now(), link, zone: 'UTC' });
/** The clock of the box is an hour ahead. */
const stream = { start: () => undefined, stop: () => undefined, serverNow: () => Date.now() + 3_600_000 } as unknown as LiveStream;

let root: Root;
let sent: { url: string; body: Record<string, unknown> }[] = [];
let answer: () => Promise<Response>;
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid=${id}]`);
const show = (shown = beat()) =>
  act(async () => {
    root.render(<QueryClientProvider client={queries}><LiveProvider stream={stream}><WriteTag connection="plc" name="limit" beat={shown} /></LiveProvider></QueryClientProvider>);
    await Promise.resolve();
  });
const later = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const press = (key: string) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
const click = (id: string, detail = 1) => act(async () => {
  find(id)?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail }));
  await Promise.resolve();
});

async function ask(value: string): Promise<void> {
  for (const key of value) await click(key === '.' ? 'pad-point' : `pad-${key}`);
  await click('write-next');
}

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers({ now: NOW });
  sent = [];
  answer = () => new Promise(() => undefined);
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (url.endsWith('/me')) return Promise.resolve(Response.json(person(1)));
    if (init.method !== 'POST') return Promise.resolve(Response.json(url.includes('/tag-writes') ? { tag_writes: [], total: 0 } : { tags: [tag], total: 1 }));
    sent.push({ url, body: JSON.parse(init.body as string) as Record<string, unknown> });
    return answer();
  });
  void i18next.use(initReactI18next).init({ lng: 'cimode', initAsync: false, keySeparator: false, nsSeparator: false });
  queries.clear();
  queries.setQueryData(['me'], person(1));
  queries.setQueryData(['tag', 'plc', 'limit'], tag);
  queries.setQueryData(['tag-writes', 'limit'], { tag_writes: [], total: 0 });
  document.body.innerHTML = '<main></main>';
  root = createRoot(document.querySelector('main') as HTMLElement);
  await show();
});

afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('edge_02 the question', () => {
  it('is answered by the person who was asked, with the time of the box', async () => {
    expect(find('write-now')?.textContent).toContain('40.123456');
    await ask('4.50');
    await later(800);
    await click('write-yes');
    expect(sent.map(({ body }) => body)).toEqual([{ value: 4.5, by: 1, asked_at: new Date(NOW + 3_600_800).toISOString() }]);
  });
  it('is closed when somebody else signs on', async () => {
    await ask('4');
    expect(find('write-ask')).not.toBeNull();
    await act(async () => { queries.setQueryData(['me'], person(2)); await vi.advanceTimersByTimeAsync(10); });
    expect([find('write-ask'), find('write-value')?.getAttribute('value')]).toEqual([null, '']);
  });
  it('is closed after a minute and when the box is away', async () => {
    await ask('4');
    await later(59_000);
    expect(find('write-ask')).not.toBeNull();
    await later(1_500);
    expect([find('write-ask'), document.getElementById('write-wrong')?.textContent]).toEqual([null, 'write.expired']);
    await click('write-next');
    expect(find('write-ask')).not.toBeNull();
    await show(beat('stale'));
    expect([find('write-ask'), find('write-away')?.textContent]).toEqual([null, 'write.away']);
  });
  it('is not answered by the end of a scan', async () => {
    await ask('4');
    await later(800);
    press('7');
    await click('write-yes', 0);
    expect(sent).toEqual([]);
    await later(400);
    await click('write-yes', 0);
    expect(sent).toHaveLength(1);
  });
});

describe('edge_02 the field', () => {
  it('has the focus again after a bad value, after no, and after a refusal', async () => {
    const isThere = () => document.activeElement === find('write-value');
    const leave = () => act(() => find('write-next')?.focus());
    await leave();
    await click('write-next');
    expect([document.getElementById('write-wrong')?.textContent, isThere()]).toEqual(['write.badNumber', true]);
    await ask('4');
    await click('write-no');
    expect(isThere()).toBe(true);
    await click('write-next');
    await later(800);
    answer = () => Promise.resolve(Response.json({ error: 'Too late', outcome: 'not_sent' }, { status: 409 }));
    await click('write-yes');
    await later(10);
    expect([document.getElementById('write-wrong')?.textContent, isThere()]).toEqual(['Too late', true]);
  });
});

describe('edge_14 a value under way', () => {
  const go = async () => {
    await ask('4');
    await later(800);
    await click('write-yes');
    await later(10);
    return find('write-outcome')?.getAttribute('data-outcome');
  };
  it('keeps its page when another machine is scanned', async () => {
    expect([await go(), pageIsHeld()]).toEqual(['asked', true]);
    const navigate = vi.fn();
    await actOn({ id: 1, kind: 'machine', code: 'M', machine_id: 2, source: 'wedge', station: null } as never, false, { navigate, here: null });
    expect(navigate).not.toHaveBeenCalled();
  });
  it('is unknown only where nobody says that it was not sent', async () => {
    answer = () => Promise.resolve(Response.json({ error: 'Disk full', outcome: 'not_sent' }, { status: 503 }));
    expect([await go(), pageIsHeld()]).toEqual(['not_sent', false]);
    await click('write-again');
    answer = () => Promise.resolve(new Response('<html>', { status: 200 }));
    expect(await go()).toBe('unknown');
    expect(find('write-reason')?.textContent).toBe('write.lost');
  });
});
