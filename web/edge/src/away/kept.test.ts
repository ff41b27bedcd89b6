/** What a tablet goes on with while the box is away, on a real IndexedDB interface. */
// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { forgetSignOff, oweSignOff } from '../signoff';
import { forgetOld, keep, keptStore, stillGood, takeKept, type KeptStore } from './kept';

const HOUR = 3_600_000;
const anna = { id: 3, name: 'Anna' };
const link = { clockOffset: 0 };

const keysOf = async (store: KeptStore) => (await store.all()).map((read) => read.key[0]).sort();

/** Keeps what a page reads, as it is written when the page is hidden or left. */
async function read(store: KeptStore, reads: [string[], unknown, number?][]): Promise<void> {
  const queries = new QueryClient();
  const end = keep(queries, store, 'v1', link);
  for (const [key, data, updatedAt] of reads) queries.setQueryData(key, data, { updatedAt });
  // Signing on and off writes at once, so this ends each page.
  queries.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect(await keysOf(store)).toEqual(expect.arrayContaining(['me'])));
  end();
}

it('sync_04_goes_on_with_what_was_read_and_with_who_signed_on', async () => {
  const [store, after] = [keptStore('one'), new QueryClient()];
  await read(store, [[['reasons'], { downtime_reasons: [{ id: 1 }] }], [['tags', 'c1'], { tags: [] }]]);
  expect(await keysOf(store)).toEqual(['me', 'reasons']);
  await takeKept(after, store, 'v2', Date.now());
  expect(after.getQueryData(['me']), 'another program reads its answers otherwise').toBeUndefined();
  after.setQueryData(['reasons'], { downtime_reasons: [] }, { updatedAt: Date.now() + 1_000 });
  const taken = await takeKept(after, store, 'v1', Date.now());
  expect(taken.map(({ key }) => key)).toEqual([['me']]);
  expect(after.getQueryData(['me'])).toEqual(anna);
  expect(after.getQueryData(['reasons']), 'what is newer stays').toEqual({ downtime_reasons: [] });
});

it('sync_04_a_page_forgets_nothing_that_another_one_read', async () => {
  const [store, after] = [keptStore('pages'), new QueryClient()];
  await read(store, [[['work-orders'], 1, Date.now() - HOUR], [['reasons'], 1, Date.now() - HOUR]]);
  await read(store, [[['reasons'], 2]]);
  await takeKept(after, store, 'v1', Date.now());
  expect([after.getQueryData(['work-orders']), after.getQueryData(['reasons'])]).toEqual([1, 2]);
});

it('sync_04_what_failed_since_stays', async () => {
  const [store, before, after] = [keptStore('four'), new QueryClient({ defaultOptions: { queries: { retry: false } } }), new QueryClient()];
  const end = keep(before, store, 'v1', link);
  before.setQueryData(['work-orders'], { work_orders: [1] }, { updatedAt: Date.now() - HOUR });
  await before.fetchQuery({ queryKey: ['work-orders'], queryFn: () => Promise.reject(new Error('the box is away')) }).catch(() => undefined);
  expect(before.getQueryState(['work-orders'])?.status).toBe('error');
  before.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect(await keysOf(store)).toEqual(['me', 'work-orders']));
  end();
  await takeKept(after, store, 'v1', Date.now());
  expect(after.getQueryState(['work-orders'])).toMatchObject({ status: 'success', data: { work_orders: [1] } });
});

it('sync_04_what_was_taken_stays_when_the_page_that_asked_for_it_is_left', async () => {
  const [store, queries] = [keptStore('left'), new QueryClient()];
  await read(store, [[['station', '1'], { id: 1 }]]);
  // The box hangs, so what the page asks for does not come; whoever leaves the page gives the question up.
  const queryFn = ({ signal }: { signal: AbortSignal }) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('left'))));
  const leave = new QueryObserver(queries, { queryKey: ['station', '1'], queryFn }).subscribe(() => undefined);
  expect(queries.getQueryState(['station', '1'])?.fetchStatus).toBe('fetching');
  await takeKept(queries, store, 'v1', Date.now());
  leave();
  await new Promise((resolve) => setTimeout(resolve));
  expect(queries.getQueryState(['station', '1'])).toMatchObject({ status: 'success', data: { id: 1 } });
});

it('rbac_who_signed_off_does_not_come_back_with_the_page', async () => {
  const [store, before, after] = [keptStore('two'), new QueryClient(), new QueryClient()];
  const end = keep(before, store, 'v1', link);
  before.setQueryData(['me'], anna);
  before.setQueryData(['me'], null);
  await vi.waitFor(async () => expect((await store.all())[0]?.data).toBeNull());
  end();
  await takeKept(after, store, 'v1', Date.now());
  expect(after.getQueryData(['me'])).toBeNull();
});

it('rbac_who_signed_off_without_the_box_stays_so_though_nothing_could_be_written', async () => {
  const [store, after] = [keptStore('owed'), new QueryClient()];
  await read(store, [[['reasons'], 1]]);
  oweSignOff();
  const taken = await takeKept(after, store, 'v1', Date.now());
  forgetSignOff();
  expect(taken.map(({ key }) => key)).toEqual([['reasons']]);
});

it('sync_04_what_is_too_old_is_not_taken_and_then_forgotten', async () => {
  const store = keptStore('three');
  await read(store, [[['reasons'], 1]]);
  const reads = await store.all();
  const names = (later: number) => stillGood(reads, 'v1', Date.now() + later).map(({ key }) => key[0]).sort();
  expect(names(11 * HOUR)).toEqual(['me', 'reasons']);
  expect(names(13 * HOUR)).toEqual(['reasons']);
  expect(names(169 * HOUR)).toEqual([]);
  await store.put([], Date.now() + 13 * HOUR);
  expect(await keysOf(store)).toEqual(['reasons']);
});

it('sync_04_what_was_read_before_is_kept_too', async () => {
  const [store, queries] = [keptStore('before'), new QueryClient()];
  queries.setQueryData(['me'], anna);
  const end = keep(queries, store, 'v1', link);
  await vi.waitFor(async () => expect(await keysOf(store)).toEqual(['me']));
  end();
});

it('sync_04_what_a_page_reads_first_is_kept_at_once_and_what_it_reads_again_now_and_then', () => {
  vi.useFakeTimers();
  try {
    const [put, queries] = [vi.fn<KeptStore['put']>(() => Promise.resolve()), new QueryClient()];
    const end = keep(queries, { all: () => Promise.resolve([]), put }, 'v1', link);
    const readAndWait = (ms: number, name = 'station'): number => {
      queries.setQueryData([name, 1], Date.now());
      vi.advanceTimersByTime(ms);
      return put.mock.calls.length;
    };
    expect([readAndWait(400), readAndWait(200)]).toEqual([0, 1]);
    expect([readAndWait(10_000), readAndWait(9_000), readAndWait(2_000)]).toEqual([1, 1, 2]);
    expect([readAndWait(1_000), readAndWait(600, 'reasons')], 'what is new takes the rest with it').toEqual([2, 3]);
    expect(put.mock.lastCall?.[0].map(({ key }) => key[0])).toEqual(['station', 'reasons']);
    expect([readAndWait(19_000), readAndWait(2_000)]).toEqual([3, 4]);
    end();
  } finally {
    vi.useRealTimers();
  }
});

it('rbac_08_who_signed_on_is_forgotten_when_the_session_ends', async () => {
  const [store, queries] = [keptStore('session'), new QueryClient()];
  // The box's clock is a day ahead of the tablet's.
  const end = keep(queries, store, 'v1', { clockOffset: 24 * HOUR });
  const endsIn = 3 * HOUR;
  queries.setQueryData(['me'], { ...anna, expires_at: new Date(Date.now() + 24 * HOUR + endsIn).toISOString() });
  await vi.waitFor(async () => expect(await store.all()).toHaveLength(1));
  end();
  const reads = await store.all();
  expect(stillGood(reads, 'v1', Date.now() + endsIn - 60_000)).toHaveLength(1);
  expect(stillGood(reads, 'v1', Date.now() + endsIn + 60_000)).toHaveLength(0);
});

it('sync_04_a_range_that_moves_is_not_kept_and_while_the_box_answers_nothing_old_is', async () => {
  const [store, queries] = [keptStore('ranges'), new QueryClient()];
  const end = keep(queries, store, 'v1', link);
  queries.setQueryData(['downtimes', 'range', 'a', 'b'], []);
  queries.setQueryData(['station', 7], 1, { updatedAt: Date.now() - HOUR });
  queries.setQueryData(['station', 8], 1);
  queries.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect(await keysOf(store)).toEqual(['me', 'station', 'station']));
  end();
  forgetOld(queries, Date.now());
  expect([queries.getQueryData(['station', 7]), queries.getQueryData(['station', 8])]).toEqual([undefined, 1]);
});
