/**
 * When may a value still be called live? Pure: the clock is an argument.
 */
export const STALE_AFTER_MS = 3_000;
/** No event for this long: the stream is half open, throw it away. */
export const REOPEN_AFTER_MS = 8_000;
/** Still nothing: ask for the page itself and load it anew when the server answers. */
export const RELOAD_AFTER_MS = 60_000;

export interface LinkClock {
  /** Last event of any kind, page time; null before the first. */
  lastEventAt: number | null;
  /** When the page began to listen, page time. */
  beganAt: number;
  /** When the present stream was opened, page time. */
  openedAt: number;
}

export type Freshness = 'connecting' | 'live' | 'stale';

export function freshness(link: LinkClock, now: number): Freshness {
  if (link.lastEventAt === null) return now - link.beganAt > STALE_AFTER_MS ? 'stale' : 'connecting';
  return now - link.lastEventAt > STALE_AFTER_MS ? 'stale' : 'live';
}

export function mustReopen(link: LinkClock, now: number): boolean {
  const heard = Math.max(link.lastEventAt ?? 0, link.openedAt);
  return now - heard > REOPEN_AFTER_MS;
}
