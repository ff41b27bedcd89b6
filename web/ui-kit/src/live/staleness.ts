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

/** A heartbeat as it came in, page time; `steadyAt` by a clock that nobody sets. */
export interface Beat {
  /** The server's clock minus the page's, as this beat says. */
  offset: number;
  pageAt: number;
  steadyAt: number;
}

/** Beats come about every second. */
const BEAT_MS = { least: 500, most: 5_000 };

/**
 * The server's clock minus the page's. A beat that lay in the socket while the page slept says too little, so less than
 * before is believed only of one that came in its time after another.
 */
export function offsetAfter(known: number, before: Beat | null, beat: Beat): number {
  if (before === null || beat.offset >= known) return beat.offset;
  const gaps = [beat.pageAt - before.pageAt, beat.steadyAt - before.steadyAt];
  return gaps.every((gap) => gap >= BEAT_MS.least && gap <= BEAT_MS.most) ? beat.offset : known;
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
