/**
 * Work goes on while the box is away, also after the tablet slept: the pages come from the service worker, what they show
 * from what was kept, and what is written waits in the outbox.
 */
import type { LiveStream } from '@unison/ui-kit';
import type { QueryClient } from '@tanstack/react-query';
import { REASONS, SCRAP_REASONS } from '../reads';
import { keep, keptStore, takeKept } from './kept';

/** The hashed name of this script changes with the program. */
const BY = import.meta.url;

export function workAway(queries: QueryClient, stream: LiveStream): void {
  const store = keptStore();
  keep(queries, store, BY);
  // What a page needs that nobody opened yet.
  const readAhead = (): void => {
    void queries.prefetchQuery(REASONS);
    void queries.prefetchQuery(SCRAP_REASONS);
  };
  let isDecided = false;
  let isOnKept = false;
  const look = (): void => {
    const { freshness } = stream.current();
    if (isDecided || freshness === 'connecting') return;
    isDecided = true;
    if (freshness === 'stale') void takeKept(queries, store, BY, Date.now());
    else readAhead();
    isOnKept = freshness === 'stale';
  };
  stream.watch(look);
  look();
  stream.on('snapshot', () => {
    readAhead();
    // Only the box knows whether whoever signed on still is.
    if (isOnKept) void queries.invalidateQueries({ queryKey: ['me'] });
    isOnKept = false;
  });
  // It is missing on plain HTTP, and refused where the certificate is not trusted.
  if (import.meta.env.PROD) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
}
