/**
 * Work goes on while the box is away, also after the tablet slept: the pages come from the service worker, what they show
 * from what was kept, and what is written waits in the outbox.
 */
import type { Freshness, LiveStream } from '@unison/ui-kit';
import type { QueryClient } from '@tanstack/react-query';
import { entryIsOpen } from '../entry';
import { DUE_SHIFTS, ORDERS, REASONS, SCRAP_REASONS } from '../reads';
import { forgetOld, keep, keptStore, takeKept } from './kept';

/** The hashed name of this script changes with the program. */
const BY = import.meta.url;

/** A tablet stays on one page for a shift, so it reads ahead again. */
const AHEAD_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
/** So long after an entry was open it is looked again whether it is. */
const ENTRY_MS = 5_000;

export function workAway(queries: QueryClient, stream: LiveStream): void {
  const store = keptStore();
  keep(queries, store, BY, stream);
  const isLive = (): boolean => stream.current().freshness === 'live';
  // What pages need that nobody opened yet.
  const readAhead = (): void => {
    if (!isLive()) return;
    void queries.prefetchQuery(ORDERS);
    void queries.prefetchQuery(REASONS);
    void queries.prefetchQuery(SCRAP_REASONS);
    void queries.prefetchQuery(DUE_SHIFTS);
  };
  const tidy = (): void => {
    if (isLive()) forgetOld(queries, Date.now());
  };
  let before: Freshness = 'connecting';
  let wasAway = false;
  const look = (): void => {
    const { freshness } = stream.current();
    // Each time the box goes away: another page of this tablet may have read what this one never did.
    if (freshness === 'stale' && before !== 'stale') void takeKept(queries, store, BY, Date.now());
    wasAway ||= freshness === 'stale';
    before = freshness;
  };
  stream.watch(look);
  look();
  stream.on('snapshot', () => {
    readAhead();
    tidy();
    if (!wasAway) return;
    wasAway = false;
    // Only the box knows whether whoever signed on still is; and what failed meanwhile is asked again.
    void queries.invalidateQueries({ predicate: ({ queryKey, state }) => queryKey[0] === 'me' || state.status === 'error' });
  });
  readAhead();
  window.setInterval(readAhead, AHEAD_MS);
  window.setInterval(tidy, MINUTE_MS);
  if (import.meta.env.PROD) serve(stream);
}

/** It is missing on plain HTTP, and refused where the certificate is not trusted. */
function serve(stream: LiveStream): void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  // What this page may still load is gone with the version that it is of.
  const anew = (): void => {
    if (entryIsOpen()) window.setTimeout(anew, ENTRY_MS);
    else window.location.reload();
  };
  // The first one takes over a page of its own version.
  let isFirst = workers.controller === null;
  workers.addEventListener('controllerchange', () => {
    if (!isFirst) anew();
    isFirst = false;
  });
  void register(workers, stream);
  // Entries that wait are not thrown away when the tablet runs short of space.
  void navigator.storage?.persist().catch(() => undefined);
}

/** A box that was upgraded meanwhile may send nothing that this page understands: its new pages are looked for. */
async function register(workers: ServiceWorkerContainer, stream: LiveStream): Promise<void> {
  const worker = await workers.register('/sw.js').catch(() => undefined);
  if (!worker) return;
  const look = (): void => void worker.update().catch(() => undefined);
  stream.on('snapshot', look);
  window.setInterval(() => {
    if (!stream.isLive()) look();
  }, MINUTE_MS);
}
