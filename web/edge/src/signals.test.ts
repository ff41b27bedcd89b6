/** What charts and tables of signals say. */
import type { Tag, TagBucket, TagHistory } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { ageOf, around, exportPath, isLive, lineOf, twinOf, valueText } from './signals';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
const ms = (second: number) => Date.parse(at(second));
const bucket = (from: number, until: number, first: number, min: number, max: number, last: number): TagBucket => ({
  at: at(from), until: at(until), first, min, max, last, text: null, has_gap: false,
});
const history = (buckets: TagBucket[], gaps: [number, number][] = []): TagHistory => ({
  tag: 'load', keep: true, from: at(0), to: at(100), buckets, gaps: gaps.map(([from, to]) => ({ from: at(from), to: at(to) })),
});
const tag = (over: Partial<Tag>): Tag => ({ name: 'load', connection: 'plc', type: 'f32', value: 1, quality: 'good', at: at(0), age_ms: 500, is_live: true, period_ms: 1_000, keep: true, meaning: null, unit: null, ...over });

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

describe('a line', () => {
  it('goes through the spike of a bucket and holds to the end', () => {
    const line = lineOf(history([bucket(0, 10, 5, 1, 99, 6), bucket(20, 20, 7, 7, 7, 7)]), ms(50));
    expect(line).toEqual([[ms(0), 5], [ms(5), 1], [ms(5), 99], [ms(10), 6], [ms(20), 6], [ms(20), 7], [ms(50), 7]]);
  });
  it('ends where a gap begins and goes on after it', () => {
    const line = lineOf(history([bucket(0, 0, 5, 5, 5, 5), bucket(60, 60, 8, 8, 8, 8)], [[30, 60], [90, 100]]), ms(200));
    expect(line).toEqual([[ms(0), 5], [ms(30), 5], [ms(30), null], [ms(60), 8], [ms(90), 8], [ms(90), null]]);
  });
  it('ends after a value that was seen in the moment in which a gap begins', () => {
    const line = lineOf(history([bucket(30, 30, 5, 5, 5, 5), bucket(60, 60, 8, 8, 8, 8)], [[30, 60]]), ms(60));
    expect(line).toEqual([[ms(30), 5], [ms(30), 5], [ms(30), null], [ms(60), 8], [ms(60), 8]]);
  });
  it('has nothing where nothing was seen', () => {
    expect(lineOf(history([], [[0, 100]]), ms(200))).toEqual([]);
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
  it('ends now for one that goes on, and is never to come', () => {
    expect(around(at(0), null, 1, ms(90))).toEqual({ from: at(-60), to: at(90) });
    expect(around(at(0), at(30), 1, ms(50))).toEqual({ from: at(-60), to: at(50) });
    expect(around(at(0), at(30), 1, ms(500))).toEqual({ from: at(-60), to: at(90) });
  });
  it('is in the address of the file, whatever signals are called', () => {
    expect(exportPath(['Spindle/load %', 'door'], 'a', 'b')).toBe('/api/v1/tags/history.csv?tag=Spindle%2Fload%20%25&tag=door&from=a&to=b');
  });
});
