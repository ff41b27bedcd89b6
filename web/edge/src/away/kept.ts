/**
 * What a tablet goes on with while the box is away: what it last read of machines, work orders and reasons, and who was
 * signed on. It is kept in the browser, because a tablet that sleeps throws its pages away, and is taken only when the
 * box does not answer, so that nothing old is ever shown as if it were of now.
 */
import { dehydrate, hydrate, type DehydratedState, type QueryClient } from '@tanstack/react-query';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

const HOUR_MS = 3_600_000;

/** Reads by the beginning of their key, and how old they may be. Who signed on must sign on again the next day. */
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

type Reads = DehydratedState['queries'];

interface Kept {
  /** Which program wrote it: another one may read its answers otherwise. */
  by: string;
  reads: Reads;
}

export interface KeptStore {
  get(): Promise<Kept | undefined>;
  put(kept: Kept): Promise<void>;
}

interface Schema extends DBSchema {
  kept: { key: string; value: Kept };
}

export function keptStore(name = 'unison-kept'): KeptStore {
  let db: Promise<IDBPDatabase<Schema>> | null = null;
  const open = () =>
    (db ??= openDB<Schema>(name, 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('kept');
      },
    }));
  return {
    get: async () => (await open()).get('kept', 'reads'),
    put: async (kept) => {
      await (await open()).put('kept', kept, 'reads');
    },
  };
}

const limitOf = (key: readonly unknown[]): number => KEPT_MS[String(key[0])] ?? 0;

/** Pure: what of it may still be taken. */
export const stillGood = (reads: Reads, now: number): Reads =>
  reads.filter((read) => now - read.state.dataUpdatedAt < limitOf(read.queryKey));

/** Keeps what is read from now on; the answer ends that. `by` names the program. */
export function keep(queries: QueryClient, store: KeptStore, by: string): () => void {
  for (const [key, gcTime] of Object.entries(KEPT_MS)) queries.setQueryDefaults([key], { gcTime });
  let timer: number | undefined;
  const write = (): void => {
    window.clearTimeout(timer);
    timer = undefined;
    const { queries: all } = dehydrate(queries, {
      shouldDehydrateQuery: ({ state, queryKey }) => state.data !== undefined && limitOf(queryKey) > 0,
      shouldDehydrateMutation: () => false,
    });
    // What failed since, because the box went away, is just what has to stay.
    const reads = all.map((read): Reads[number] => ({ ...read, state: { ...read.state, status: 'success', error: null, fetchFailureReason: null, fetchMeta: null } }));
    // A browser that keeps nothing for us is as one without this.
    store.put({ by, reads }).catch(() => undefined);
  };
  const ends = queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success' || limitOf(event.query.queryKey) === 0) return;
    // Who signs off is not to come back with the page.
    if (event.query.queryKey[0] === 'me') write();
    else timer ??= window.setTimeout(write, GATHER_MS);
  });
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden' && timer !== undefined) write();
  };
  document.addEventListener('visibilitychange', onHidden);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', onHidden);
    ends();
  };
}

/** Takes what was kept; what was read since then stays. */
export async function takeKept(queries: QueryClient, store: KeptStore, by: string, now: number): Promise<void> {
  const kept = await store.get().catch(() => undefined);
  if (kept?.by === by) hydrate(queries, { mutations: [], queries: stillGood(kept.reads, now) });
}
