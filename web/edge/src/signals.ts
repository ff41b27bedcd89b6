/**
 * Signals and their charts, without a screen: when a value may be called live, what a line goes through, and what the
 * table beside it says. Pure: clocks are arguments.
 */
import { decimal, NONE, STALE_AFTER_MS, type Freshness, type Tag, type TagHistory } from '@unison/ui-kit';

/** A value is live as long as the edge says so and not older than this, or than three of its periods. */
const LIVE_MS = 3_000;
/** So often values are asked for; an answer that is younger is the newest there is. */
export const ASKED_MS = 2_000;
/** Lines of the table beside a chart. */
export const ROWS = 24;
/** In so many parts a time is asked for. */
export const POINTS = 600;
/** A time that goes on is asked for anew so often. */
export const FOLLOW_MS = 10_000;

/** How old a value is when its answer came so long ago. */
export const ageOf = (tag: Tag, sinceMs: number): number | null => (tag.age_ms === null ? null : tag.age_ms + Math.max(0, sinceMs));

/** Whether it may look live. An answer that is not renewed grows old like everything else. */
export function isLive(tag: Tag, sinceMs: number): boolean {
  const age = ageOf(tag, sinceMs);
  return tag.is_live && age !== null && age <= Math.max(LIVE_MS, 3 * tag.period_ms) + ASKED_MS;
}

/** Whether an answer says nothing of now: the heartbeat is missing, or the next answer has not come in its time. */
export const isOld = (sinceMs: number, link: Freshness): boolean => link === 'stale' || sinceMs > ASKED_MS + STALE_AFTER_MS;

export function valueText(value: Tag['value'], language: string, words: { on: string; off: string }): string {
  if (value === null) return NONE;
  if (typeof value === 'boolean') return value ? words.on : words.off;
  return typeof value === 'number' ? decimal(value, language, 4) : value;
}

/** As master data calls it, with its unit; else as the configuration does. */
export const nameOf = (tag: Tag): string => (tag.meaning ?? tag.name) + (tag.unit ? ` (${tag.unit})` : '');

export type LinePoint = [at: number, value: number | null];

/**
 * What a line goes through: in each bucket its first, lowest, highest and last value; between buckets it holds and then
 * steps; over a gap there is nothing. A gap that is shorter than a bucket is only flagged there: the line is broken before
 * that bucket, inside it, and up to a next one that is near enough to be where the gap ends. The last value holds to
 * the end, which is never to come.
 */
export function lineOf(history: TagHistory, points = POINTS): LinePoint[] {
  const gaps = history.gaps.map((gap) => [Date.parse(gap.from), Date.parse(gap.to)] as const);
  const end = Date.parse(history.to);
  const width = Math.ceil((end - Date.parse(history.from)) / points);
  const line: LinePoint[] = [];
  let held: { value: number; until: number; hasGap: boolean } | null = null;
  let next = 0;
  const holdUntil = (at: number): void => {
    if (held !== null) line.push([at, held.value]);
  };
  const breakAt = (at: number): void => {
    if (held !== null) line.push([at, held.value], [at, null]);
    held = null;
  };
  const breakUntil = (at: number): void => {
    for (; next < gaps.length && (gaps[next]?.[0] ?? Infinity) < at; next += 1) breakAt(gaps[next]?.[0] ?? at);
  };
  for (const bucket of history.buckets) {
    const { first, min, max, last } = bucket;
    if (first === null || min === null || max === null || last === null) continue;
    const [at, until] = [Date.parse(bucket.at), Date.parse(bucket.until)];
    breakUntil(at);
    if (held !== null && (bucket.has_gap || mayBeLost(held, at, width))) breakAt(Math.max((held.until + at) / 2, at - width));
    if (held !== null && held.value !== first) holdUntil(at);
    line.push([at, first]);
    if (until > at) {
      const middle = at + (until - at) / 2;
      if (min !== max) line.push([middle, min], [middle, max]);
      // A single point between two breaks would not be drawn.
      else if (bucket.has_gap) line.push([middle, first]);
      if (bucket.has_gap) line.push([middle, null]);
      line.push([until, last]);
    }
    held = { value: last, until, hasGap: bucket.has_gap };
  }
  breakUntil(end);
  if (held !== null && mayBeLost(held, end, width)) breakAt((held.until + end) / 2);
  holdUntil(end);
  return line;
}

/** Whether the gap of a bucket may lie after its last value: it is shorter than a bucket, and a value is seen where it ends. */
const mayBeLost = (held: { until: number; hasGap: boolean }, at: number, width: number): boolean => held.hasGap && at - held.until < 2 * width;

export interface TwinRow {
  from: number;
  to: number;
  /** For each signal. */
  cells: { min: number | null; max: number | null; last: number | null; text: string | null; hasGap: boolean }[];
}

/** The chart as a table: so many equal parts of the time, and what each signal was in them. */
export function twinOf(histories: TagHistory[], from: number, to: number, rows = ROWS): TwinRow[] {
  const width = (to - from) / rows;
  if (!(width > 0)) return [];
  const out: TwinRow[] = Array.from({ length: rows }, (_, i) => ({
    from: from + i * width,
    to: from + (i + 1) * width,
    cells: histories.map(() => ({ min: null, max: null, last: null, text: null, hasGap: false })),
  }));
  histories.forEach((history, column) => {
    let [held, text]: [number | null, string | null] = [null, null];
    let next = 0;
    for (const row of out) {
      const cell = row.cells[column];
      if (!cell) continue;
      const lost = history.gaps.filter((gap) => Date.parse(gap.from) < row.to && Date.parse(gap.to) > row.from);
      cell.hasGap = lost.length > 0;
      // What was held when a gap began is not known after it.
      if (lost.some((gap) => Date.parse(gap.from) <= row.from)) [held, text] = [null, null];
      [cell.min, cell.max] = [held, held];
      for (; next < history.buckets.length; next += 1) {
        const bucket = history.buckets[next];
        if (!bucket || Date.parse(bucket.at) >= row.to) break;
        if (bucket.min !== null) cell.min = cell.min === null ? bucket.min : Math.min(cell.min, bucket.min);
        if (bucket.max !== null) cell.max = cell.max === null ? bucket.max : Math.max(cell.max, bucket.max);
        cell.hasGap ||= bucket.has_gap;
        [held, text] = [bucket.last, bucket.text];
      }
      [cell.last, cell.text] = [held, text];
      if (lost.some((gap) => Date.parse(gap.to) >= row.to)) {
        [held, text] = [null, null];
        [cell.last, cell.text] = [null, null];
      }
    }
  });
  return out;
}

/** Where the file of all values is. */
export function exportPath(tags: string[], from: string, to: string): string {
  const query = [...tags.map((tag) => ['tag', tag]), ['from', from], ['to', to]].map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`);
  return `/api/v1/tags/history.csv?${query.join('&')}`;
}

/** A time to look at: the last so many milliseconds, or from one moment to another; without an end it goes on. */
export type Stretch = { lastMs: number } | { since: number; until: number | null };

/** The edge answers for no longer. */
export const LONGEST_MS = 8 * 24 * 3_600_000;

/** What of it there is now; what is still to come is left out. */
export function windowOf(stretch: Stretch, now: number): { from: number; to: number } {
  if ('lastMs' in stretch) return { from: now - stretch.lastMs, to: now };
  return { from: stretch.since, to: Math.max(stretch.since + 1, Math.min(now, stretch.until ?? now, stretch.since + LONGEST_MS)) };
}

/** Whether an answer that ends there has all of it, so that nothing new can come. */
export function isWhole(stretch: Stretch, answeredTo: number): boolean {
  if ('lastMs' in stretch) return false;
  return answeredTo >= Math.min(stretch.until ?? Infinity, stretch.since + LONGEST_MS);
}

/** The time around a stop, so many minutes before and after; of a long one its first days. */
export function around(startedAt: string, endedAt: string | null, minutes: number): Stretch & { since: number } {
  const margin = minutes * 60_000;
  return { since: Date.parse(startedAt) - margin, until: endedAt === null ? null : Date.parse(endedAt) + margin };
}

/** Whether the end of it is not shown, because the edge answers for no longer. */
export const isCut = (stretch: Stretch, now: number): boolean => !('lastMs' in stretch) && (stretch.until ?? now) - stretch.since > LONGEST_MS;
