/** What charts and tables of signals say. */
import type { Tag, TagBucket, TagHistory } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { ageOf, around, exportPath, isCut, isLive, isOld, isWhole, lineOf, twinOf, valueText, windowOf } from './signals';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
const ms = (second: number) => Date.parse(at(second));
const bucket = (from: number, until: number, first: number, min: number, max: number, last: number): TagBucket => ({
  at: at(from), until: at(until), first, min, max, last, text: null, has_gap: false,
});
const history = (buckets: TagBucket[], gaps: [number, number][] = []): TagHistory => ({
  tag: 'load', keep: true, from: at(0), to: at(100), buckets, gaps: gaps.map(([from, to]) => ({ from: at(from), to: at(to) })),
});
const tag = (over: Partial<Tag>): Tag => ({ name: 'load', connection: 'plc', type: 'f32', value: 1, quality: 'good', at: at(0), age_ms: 500, is_live: true, period_ms: 1_000, keep: true, meaning: null, unit: null, writable: false, scaled: false, machine_id: null, machine_code: null, ...over });

describe('a live value', () => {
  it('grows old with the answer that it came in', () => {
    expect(isLive(tag({}), 1_000)).toBe(true);
    expect(isLive(tag({}), 4_600)).toBe(false);
    expect(ageOf(tag({}), 4_600)).toBe(5_100);
    expect(isLive(tag({ period_ms: 10_000 }), 4_600)).toBe(true);
  });
  it('is never one that is bad or was never read', () => {
    expect(isLive(tag({ quality: 'bad', is_live: false }), 0)).toBe(false);
    expect(isLive(tag({ age_ms: null, is_live: false }), 0)).toBe(false);
    expect(isLive(tag({ is_live: false, age_ms: 9_000 }), 0)).toBe(false);
  });
  it('reads as people write it', () => {
    const words = { on: 'on', off: 'off' };
    expect([true, false, null, 21.50004, '18446744073709551615'].map((v) => valueText(v, 'de', words))).toEqual(['on', 'off', '–', '21,5', '18446744073709551615']);
  });
});

describe('an answer', () => {
  it('is old when the heartbeat is missing, or when the next one has not come in its time', () => {
    expect([isOld(0, 'live'), isOld(5_000, 'live'), isOld(5_001, 'live')]).toEqual([false, false, true]);
    expect([isOld(0, 'stale'), isOld(0, 'connecting')]).toEqual([true, false]);
  });
});

describe('a line', () => {
  it('goes through the spike of a bucket and holds to the end', () => {
    const line = lineOf(history([bucket(0, 10, 5, 1, 99, 6), bucket(20, 20, 7, 7, 7, 7)]));
    expect(line).toEqual([[ms(0), 5], [ms(5), 1], [ms(5), 99], [ms(10), 6], [ms(20), 6], [ms(20), 7], [ms(100), 7]]);
  });
  it('ends where a gap begins and goes on after it', () => {
    const line = lineOf(history([bucket(0, 0, 5, 5, 5, 5), bucket(60, 60, 8, 8, 8, 8)], [[30, 60], [90, 100]]));
    expect(line).toEqual([[ms(0), 5], [ms(30), 5], [ms(30), null], [ms(60), 8], [ms(90), 8], [ms(90), null]]);
  });
  it('ends after a value that was seen in the moment in which a gap begins', () => {
    const line = lineOf({ ...history([bucket(30, 30, 5, 5, 5, 5), bucket(60, 60, 8, 8, 8, 8)], [[30, 60]]), to: at(60) });
    expect(line).toEqual([[ms(30), 5], [ms(30), 5], [ms(30), null], [ms(60), 8], [ms(60), 8]]);
  });
  it('has nothing where nothing was seen', () => {
    expect(lineOf(history([], [[0, 100]]))).toEqual([]);
  });
});

describe('edge_12 a gap that is shorter than a bucket', () => {
  const flagged = (...numbers: Parameters<typeof bucket>): TagBucket => ({ ...bucket(...numbers), has_gap: true });
  // Ten buckets of ten seconds.
  const line = (...buckets: TagBucket[]) => lineOf(history(buckets), 10);
  it('breaks the line before the bucket that says so, however long the value was held', () => {
    expect(line(bucket(0, 0, 5, 5, 5, 5), flagged(54, 54, 5, 5, 5, 5))).toEqual([[ms(0), 5], [ms(44), 5], [ms(44), null], [ms(54), 5], [ms(100), 5]]);
  });
  it('breaks it inside the bucket, whose lowest and highest stay', () => {
    expect(line(flagged(10, 18, 5, 1, 9, 6))).toEqual([[ms(10), 5], [ms(14), 1], [ms(14), 9], [ms(14), null], [ms(18), 6], [ms(100), 6]]);
  });
  it('breaks it up to the next value where that may be the end of the gap', () => {
    expect(line(flagged(12, 12, 5, 5, 5, 5), bucket(20, 20, 5, 5, 5, 5))).toEqual([[ms(12), 5], [ms(16), 5], [ms(16), null], [ms(20), 5], [ms(100), 5]]);
    // Too far away: the value was seen again before, in that bucket.
    expect(line(flagged(12, 12, 5, 5, 5, 5), bucket(60, 60, 7, 7, 7, 7))).toEqual([[ms(12), 5], [ms(60), 5], [ms(60), 7], [ms(100), 7]]);
  });
  it('may be the end of what was seen', () => {
    expect(line(flagged(82, 92, 5, 5, 5, 5))).toEqual([[ms(82), 5], [ms(87), 5], [ms(87), null], [ms(92), 5], [ms(96), 5], [ms(96), null]]);
  });
  it('leaves every line of well seen buckets whole', () => {
    expect(line(bucket(0, 8, 1, 1, 2, 2), bucket(10, 18, 2, 2, 3, 3), bucket(20, 28, 3, 3, 4, 4)).filter(([, value]) => value === null)).toEqual([]);
  });
});

describe('the table beside a chart', () => {
  it('says lowest and highest of each part, what still holds, and where nothing was seen', () => {
    const rows = twinOf([history([bucket(5, 15, 5, 1, 99, 6), bucket(70, 70, 7, 7, 7, 7)], [[40, 70]])], ms(0), ms(100), 5);
    const cells = rows.map((row) => row.cells[0]).map((c) => [c?.min, c?.max, c?.last, c?.hasGap]);
    expect(cells).toEqual([[1, 99, 6, false], [6, 6, 6, false], [null, null, null, true], [7, 7, 7, true], [7, 7, 7, false]]);
    expect(rows.map((row) => row.from)).toEqual([0, 20, 40, 60, 80].map(ms));
  });
  it('is empty for no time', () => {
    expect(twinOf([history([])], ms(5), ms(5))).toEqual([]);
  });
});

describe('the time around a stop', () => {
  const days = (n: number) => n * 86_400;
  it('ends now for one that goes on, and is never to come', () => {
    const [open, over] = [around(at(0), null, 1), around(at(0), at(30), 1)];
    expect(windowOf(open, ms(90))).toEqual({ from: ms(-60), to: ms(90) });
    expect(windowOf(over, ms(50))).toEqual({ from: ms(-60), to: ms(50) });
    expect(windowOf(over, ms(500))).toEqual({ from: ms(-60), to: ms(90) });
  });
  it('is the same time while it moves, so that no answer makes the chart another one', () => {
    expect(around(at(0), null, 1)).toEqual(around(at(0), null, 1));
    expect(windowOf({ lastMs: 10_000 }, ms(90))).toEqual({ from: ms(80), to: ms(90) });
  });
  it('has eight days at most, the first ones, and says so', () => {
    for (const long of [around(at(0), at(days(9)), 60), around(at(0), null, 60)]) {
      expect(windowOf(long, ms(days(10)))).toEqual({ from: ms(-3_600), to: ms(days(8) - 3_600) });
      expect(isCut(long, ms(days(10)))).toBe(true);
    }
    expect(isCut(around(at(0), null, 60), ms(days(7)))).toBe(false);
    expect(isCut(around(at(0), at(days(7)), 60), ms(days(30)))).toBe(false);
    expect(isCut(around(at(0), at(days(8)), 2), ms(days(30)))).toBe(true);
  });
  it('is asked for again until there is nothing more to come', () => {
    const over = around(at(0), at(30), 1);
    expect([isWhole(over, ms(89)), isWhole(over, ms(90))]).toEqual([false, true]);
    expect(isWhole(around(at(0), null, 1), ms(days(7)))).toBe(false);
    expect(isWhole(around(at(0), null, 1), ms(days(8) - 60))).toBe(true);
    expect(isWhole({ lastMs: 10_000 }, ms(90))).toBe(false);
  });
  it('is in the address of the file, whatever signals are called', () => {
    expect(exportPath(['Spindle/load %', 'door'], 'a', 'b')).toBe('/api/v1/tags/history.csv?tag=Spindle%2Fload%20%25&tag=door&from=a&to=b');
  });
});
