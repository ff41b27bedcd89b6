/**
 * When the page sends a waiting entry again. Pure. This is the page→edge queue; edge→cloud never gives up.
 */
import { isUnreachable } from '@unison/ui-kit';

const MINUTE_MS = 60_000;
/** Delay after the n-th failed attempt; the fifth retry waits an hour again. */
const DELAYS_MS = [1, 5, 15, 60, 60].map((minutes) => minutes * MINUTE_MS);
export const MAX_RETRIES = DELAYS_MS.length;

/** `waiting`: will be sent by itself. `failed`: a person has to tap Retry. `sign_in`: its author has to sign in. */
export type EntryState = 'waiting' | 'failed' | 'sign_in';

export interface EntryProgress {
  state: EntryState;
  /** Failed attempts so far, the first send included. */
  attempts: number;
  nextAt: number;
  /** What the edge said to the last attempt, in its own words; missing where it was not reached. */
  refusal?: readonly string[];
}

export function firstProgress(now: number): EntryProgress {
  return { state: 'waiting', attempts: 1, nextAt: now + (DELAYS_MS[0] ?? MINUTE_MS) };
}

/** What a failed attempt makes of an entry. `status` 0 means the edge was not reached. */
export function afterFailure(entry: EntryProgress, status: number, refusal: readonly string[], now: number): EntryProgress {
  const attempts = entry.attempts + 1;
  if (status === 401) return { state: 'sign_in', attempts: entry.attempts, nextAt: now, refusal };
  const undecided = isUnreachable(status) || status === 429 || status === 500;
  const delay = DELAYS_MS[attempts - 1];
  if (!undecided || delay === undefined) return { state: 'failed', attempts, nextAt: now, refusal };
  return { state: 'waiting', attempts, nextAt: now + delay, refusal };
}

/** A tap on Retry starts the count anew. */
export function afterRetryTap(now: number): EntryProgress {
  return { state: 'waiting', attempts: 0, nextAt: now, refusal: [] };
}

/** `connected`: a link has just appeared or the page came to the front; waiting entries then need not wait. */
export function isDue(entry: EntryProgress, now: number, connected: boolean): boolean {
  return entry.state === 'waiting' && (connected || entry.nextAt <= now);
}
