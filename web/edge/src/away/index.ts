/**
 * Work goes on while the box is away, also after the tablet slept: the pages come from the service worker, what they show
 * from what was kept, and what is written waits in the outbox.
 */
import type { Freshness, LiveStream } from '@unison/ui-kit';
import type { QueryClient } from '@tanstack/react-query';
import { DUE_SHIFTS, ORDERS, REASONS, SCRAP_REASONS } from '../reads';
import { keep, keptStore, takeKept } from './kept';

/** The hashed name of this script changes with the program. */
const BY = import.meta.url;

/** A tablet stays on one page for a shift, so it reads ahead again. */
const AHEAD_MS = 15 * 60_000;

/** Reads that say how machines are. */
const OF_MACHINES = new Set(['machines', 'station']);

export function workAway(queries: QueryClient, stream: LiveStream): void {
  const store = keptStore();
  keep(queries, store, BY);
  let isUserKept = false;
  const take = async (): Promise<void> => {
    const taken = await takeKept(queries, store, BY, Date.now());
    isUserKept ||= taken.some(({ key }) => key[0] === 'me');
    stream.sawBefore(Math.max(...taken.filter(({ key }) => OF_MACHINES.has(String(key[0]))).map(({ at }) => at)));
  };
  // What pages need that nobody opened yet.
  const readAhead = (): void => {
    if (stream.current().freshness !== 'live') return;
    void queries.prefetchQuery(ORDERS);
    void queries.prefetchQuery(REASONS);
    void queries.prefetchQuery(SCRAP_REASONS);
    void queries.prefetchQuery(DUE_SHIFTS);
  };
  let before: Freshness = 'connecting';
  const look = (): void => {
    const { freshness } = stream.current();
    // Each time the box goes away: another page of this tablet may have read what this one never did.
    if (freshness === 'stale' && before !== 'stale') void take();
    before = freshness;
  };
  stream.watch(look);
  look();
  readAhead();
  window.setInterval(readAhead, AHEAD_MS);
  stream.on('snapshot', () => {
    readAhead();
    // Only the box knows whether whoever signed on still is.
    if (isUserKept) void queries.invalidateQueries({ queryKey: ['me'] });
    isUserKept = false;
  });
  // It is missing on plain HTTP, and refused where the certificate is not trusted.
  if (import.meta.env.PROD) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
}
