/**
 * The date ranges of the dashboard. Pure: now and the plant's zone are arguments.
 */
import { offsetMs } from '@unison/ui-kit';

export const RANGES = ['8h', 'today', '24h', '7d', '30d'] as const;
export type RangeName = (typeof RANGES)[number];

const HOUR_MS = 3_600_000;

export interface Span {
  from: string;
  to: string;
}

export function isRange(value: unknown): value is RangeName {
  return RANGES.some((r) => r === value);
}

/**
 * `to` is the end of the running minute, so that one address asks one question and caches apply, and what happened
 * seconds ago is inside. Time that is not settled yet counts as unknown, at most a minute of it.
 */
export function spanOf(range: RangeName, now: number, zone?: string): Span {
  const to = (Math.floor(now / 60_000) + 1) * 60_000;
  const hours: Record<Exclude<RangeName, 'today'>, number> = { '8h': 8, '24h': 24, '7d': 168, '30d': 720 };
  const from = range === 'today' ? startOfDay(now, zone) : to - hours[range] * HOUR_MS;
  return { from: iso(from), to: iso(Math.max(to, from + 60_000)) };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Midnight in the plant, also on days that have 23 or 25 hours. */
export function startOfDay(at: number, zone?: string): number {
  const local = at + offsetMs(at, zone);
  const midnight = Math.floor(local / 86_400_000) * 86_400_000;
  return midnight - offsetMs(midnight - offsetMs(at, zone), zone);
}
