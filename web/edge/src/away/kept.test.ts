/** What a tablet goes on with while the box is away, on a real IndexedDB interface. */
// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { keep, keptStore, stillGood, takeKept } from './kept';

const HOUR = 3_600_000;
const anna = { id: 3, name: 'Anna' };

it('sync_04_goes_on_with_what_was_read_and_with_who_signed_on', async () => {
  const [store, before, after] = [keptStore('one'), new QueryClient(), new QueryClient()];
  const end = keep(before, store, 'v1');
  before.setQueryData(['reasons'], { downtime_reasons: [{ id: 1 }] });
  before.setQueryData(['tags', 'c1'], { tags: [] });
  before.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect((await store.get())?.reads).toHaveLength(2));
  end();
  await takeKept(after, store, 'v2', Date.now());
  expect(after.getQueryData(['me']), 'another program reads its answers otherwise').toBeUndefined();
  after.setQueryData(['reasons'], { downtime_reasons: [] }, { updatedAt: Date.now() + 1_000 });
  await takeKept(after, store, 'v1', Date.now());
  expect(after.getQueryData(['me'])).toEqual(anna);
  expect(after.getQueryData(['reasons']), 'what is newer stays').toEqual({ downtime_reasons: [] });
  expect(after.getQueryData(['tags', 'c1'])).toBeUndefined();
});

it('sync_04_what_failed_since_stays', async () => {
  const [store, before, after] = [keptStore('four'), new QueryClient({ defaultOptions: { queries: { retry: false } } }), new QueryClient()];
  const end = keep(before, store, 'v1');
  before.setQueryData(['work-orders'], { work_orders: [1] }, { updatedAt: Date.now() - HOUR });
  await before.fetchQuery({ queryKey: ['work-orders'], queryFn: () => Promise.reject(new Error('the box is away')) }).catch(() => undefined);
  expect(before.getQueryState(['work-orders'])?.status).toBe('error');
  before.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect((await store.get())?.reads).toHaveLength(2));
  end();
  await takeKept(after, store, 'v1', Date.now());
  expect(after.getQueryState(['work-orders'])).toMatchObject({ status: 'success', data: { work_orders: [1] } });
});

it('rbac_who_signed_off_does_not_come_back_with_the_page', async () => {
  const [store, before, after] = [keptStore('two'), new QueryClient(), new QueryClient()];
  const end = keep(before, store, 'v1');
  before.setQueryData(['me'], anna);
  before.setQueryData(['me'], null);
  await vi.waitFor(async () => expect((await store.get())?.reads[0]?.state.data).toBeNull());
  end();
  await takeKept(after, store, 'v1', Date.now());
  expect(after.getQueryData(['me'])).toBeNull();
});

it('sync_04_what_is_too_old_is_not_taken', async () => {
  const [store, queries] = [keptStore('three'), new QueryClient()];
  const end = keep(queries, store, 'v1');
  queries.setQueryData(['reasons'], 1);
  queries.setQueryData(['me'], anna);
  await vi.waitFor(async () => expect((await store.get())?.reads).toHaveLength(2));
  end();
  const reads = (await store.get())?.reads ?? [];
  const names = (later: number) => stillGood(reads, Date.now() + later).map((read) => read.queryKey[0]);
  expect(names(11 * HOUR)).toEqual(['reasons', 'me']);
  expect(names(13 * HOUR)).toEqual(['reasons']);
  expect(names(169 * HOUR)).toEqual([]);
});
