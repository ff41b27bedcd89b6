/**
 * Signals and their charts, without a screen: when a value may be called live, what a line goes through, and what the
 * table beside it says. Pure: clocks are arguments.
 */
import { decimal, NONE, type Tag, type TagHistory } from '@unison/ui-kit';

/** A value is live as long as the edge says so and not older than this, or than three of its periods. */
const LIVE_MS = 3_000;
/** So often values are asked for; an answer that is younger is the newest there is. */
export const ASKED_MS = 2_000;
/** Lines of the table beside a chart. */
const ROWS = 24;

/** How old a value is when its answer came so long ago. */
export const ageOf = (tag: Tag, sinceMs: number): number | null => (tag.age_ms === null ? null : tag.age_ms + Math.max(0, sinceMs));

/** Whether it may look live. An answer that is not renewed grows old like everything else. */
export function isLive(tag: Tag, sinceMs: number): boolean {
  const age = ageOf(tag, sinceMs);
  return tag.is_live && age !== null && age <= Math.max(LIVE_MS, 3 * tag.period_ms) + ASKED_MS;
}

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
 * steps; over a gap there is nothing. The last value holds up to `now`, at most to the end.
 */
export function lineOf(history: TagHistory, now: number): LinePoint[] {
  const gaps = history.gaps.map((gap) => [Date.parse(gap.from), Date.parse(gap.to)] as const);
  const points: LinePoint[] = [];
  let held: number | null = null;
  let next = 0;
  const breakUntil = (at: number): void => {
    for (; next < gaps.length && (gaps[next]?.[0] ?? Infinity) < at; next += 1) {
      const from = gaps[next]?.[0] ?? at;
      if (held !== null) points.push([from, held], [from, null]);
      held = null;
    }
  };
  for (const bucket of history.buckets) {
    if (bucket.first === null || bucket.min === null || bucket.max === null || bucket.last === null) continue;
    const [at, until] = [Date.parse(bucket.at), Date.parse(bucket.until)];
    breakUntil(at);
    if (held !== null && held !== bucket.first) points.push([at, held]);
    points.push([at, bucket.first]);
    if (until > at) {
      const middle = at + (until - at) / 2;
      if (bucket.min !== bucket.max) points.push([middle, bucket.min], [middle, bucket.max]);
      points.push([until, bucket.last]);
    }
    held = bucket.last;
  }
  const end = Math.min(Date.parse(history.to), now);
  breakUntil(end);
  if (held !== null) points.push([end, held]);
  return points;
}

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

/** The time around a stop, so many minutes before and after; what is still to come is left out. */
export function around(startedAt: string, endedAt: string | null, minutes: number, now: number): { from: string; to: string } {
  const margin = minutes * 60_000;
  const to = Math.min(now, (endedAt === null ? now : Date.parse(endedAt)) + margin);
  return { from: new Date(Date.parse(startedAt) - margin).toISOString(), to: new Date(to).toISOString() };
}
