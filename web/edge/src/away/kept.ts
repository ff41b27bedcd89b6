/**
 * What a tablet goes on with while the box is away: what it last read of machines, work orders and reasons, and who was
 * signed on. It is kept in the browser, because a tablet that sleeps throws its pages away, and is taken only when the
 * box does not answer, so that nothing old is ever shown as if it were of now.
 */
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';
import type { DBSchema } from 'idb';
import { database } from '../database';
import { isSignOffOwed } from '../signoff';

const HOUR_MS = 3_600_000;

/** Reads by the beginning of their key, and how old they may be. Who is signed on is so no longer than the box said. */
const KEPT_MS: Readonly<Record<string, number>> = {
  me: 12 * HOUR_MS,
  info: 48 * HOUR_MS,
  machines: 48 * HOUR_MS,
  station: 48 * HOUR_MS,
  ribbon: 12 * HOUR_MS,
  'work-orders': 48 * HOUR_MS,
  'production-logs': 48 * HOUR_MS,
  reasons: 168 * HOUR_MS,
  'scrap-reasons': 168 * HOUR_MS,
  downtimes: 48 * HOUR_MS,
  'due-shifts': 48 * HOUR_MS,
  handovers: 48 * HOUR_MS,
};

/** Changes are gathered for so long; a page that is hidden may not come back and writes at once. */
const GATHER_MS = 20_000;
/** What a page read for the first time may be all that it ever reads of it, so it does not wait for long. */
const FIRST_MS = 500;

/** As long as such libraries keep what no page shows. */
const OLD_MS = 5 * 60_000;

/** One read, by itself: a page writes only what it read, and what others read before it stays. */
export interface KeptRead {
  hash: string;
  key: QueryKey;
  data: unknown;
  /** When the box answered, and until when that is good, page time. */
  at: number;
  until: number;
  /** Which program wrote it: another one may read its answers otherwise. */
  by: string;
}

export interface KeptStore {
  all(): Promise<KeptRead[]>;
  /** Adds these, and forgets what was good until before `now`. */
  put(reads: KeptRead[], now: number): Promise<void>;
}

interface Schema extends DBSchema {
  reads: { key: string; value: KeptRead; indexes: { until: number } };
}

export function keptStore(name = 'unison-reads'): KeptStore {
  const open = database<Schema>(name, (fresh) => void fresh.createObjectStore('reads', { keyPath: 'hash' }).createIndex('until', 'until'));
  return {
    all: async () => (await open()).getAll('reads'),
    put: async (reads, now) => {
      const change = (await open()).transaction('reads', 'readwrite');
      const old = await change.store.index('until').getAllKeys(IDBKeyRange.upperBound(now));
      await Promise.all([...old.map((hash) => change.store.delete(hash)), ...reads.map((read) => change.store.put(read)), change.done]);
    },
  };
}

/** A range moves with the minutes: it is another key each time. */
const limitOf = (key: QueryKey): number => (key[1] === 'range' ? 0 : KEPT_MS[String(key[0])] ?? 0);

/** Until when it is good, page time. `offset` is the box's clock minus the page's. */
function untilOf({ queryKey, state }: Query, offset: number): number {
  const until = state.dataUpdatedAt + limitOf(queryKey);
  const ends = (state.data as { expires_at?: string } | null | undefined)?.expires_at;
  return queryKey[0] === 'me' && ends !== undefined ? Math.min(until, Date.parse(ends) - offset) : until;
}

/** Pure: what of it this program may still take. */
export const stillGood = (reads: KeptRead[], by: string, now: number): KeptRead[] => reads.filter((read) => read.by === by && now < read.until);

interface Link {
  /** The box's clock minus the page's. */
  clockOffset: number;
}

/** Keeps what was read and is read from now on; the answer ends that. `by` names the program. */
export function keep(queries: QueryClient, store: KeptStore, by: string, link: Link): () => void {
  for (const [key, gcTime] of Object.entries(KEPT_MS)) queries.setQueryDefaults([key], { gcTime });
  const changed = new Set<Query>();
  const written = new WeakSet<Query>();
  let timer: number | undefined;
  let writesAt = Infinity;
  const write = (): void => {
    window.clearTimeout(timer);
    writesAt = Infinity;
    const reads = [...changed].map((query) => ({
      hash: query.queryHash, key: query.queryKey, data: query.state.data as unknown, at: query.state.dataUpdatedAt, until: untilOf(query, link.clockOffset), by,
    }));
    changed.forEach((query) => written.add(query));
    changed.clear();
    // A browser that keeps nothing for us is as one without this.
    store.put(reads, Date.now()).catch(() => undefined);
  };
  const writeIn = (ms: number): void => {
    const at = performance.now() + ms;
    if (at >= writesAt) return;
    window.clearTimeout(timer);
    writesAt = at;
    timer = window.setTimeout(write, ms);
  };
  const take = (query: Query): void => {
    if (limitOf(query.queryKey) === 0) return;
    changed.add(query);
    // Who signs off is not to come back with the page.
    if (query.queryKey[0] === 'me') write();
    else writeIn(written.has(query) ? GATHER_MS : FIRST_MS);
  };
  const cache = queries.getQueryCache();
  cache.findAll({ predicate: ({ state }) => state.data !== undefined }).forEach(take);
  const ends = cache.subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') take(event.query);
  });
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden' && changed.size > 0) write();
  };
  document.addEventListener('visibilitychange', onHidden);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', onHidden);
    ends();
  };
}

/** Takes what was kept and is newer than what is there; answers which reads these are. */
export async function takeKept(queries: QueryClient, store: KeptStore, by: string, now: number): Promise<KeptRead[]> {
  const all = stillGood(await store.all().catch(() => []), by, now);
  const kept = all.filter(({ key }) => !(key[0] === 'me' && isSignOffOwed()));
  const taken = kept.filter(({ key, at }) => at > (queries.getQueryState(key)?.dataUpdatedAt ?? 0));
  // Not by `hydrate`: a read under way, given up because its page is left, would put back what was there when it began.
  for (const { key, data, at } of taken) queries.setQueryData(key, data, { updatedAt: at });
  return taken;
}

/** Old reads stay in memory for as long as the box is away; while it answers, whoever opens a page waits for the answer. */
export function forgetOld(queries: QueryClient, now: number): void {
  const isOld = ({ queryKey, state }: Query): boolean => limitOf(queryKey) > 0 && now - state.dataUpdatedAt > OLD_MS;
  queries.removeQueries({ type: 'inactive', predicate: isOld });
}
