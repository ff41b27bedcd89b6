/** What numbers and times look like on screen. */
import { describe, expect, it } from 'vitest';
import { clock, DAY_MS, decimal, momentIn, NONE, oeeColour, percent, roundHalfEven, span, ticksIn, units } from './format';

describe('kpi_q047 half-even rounding', () => {
  it.each([
    [81.25, 1, '81.2'], [81.35, 1, '81.4'], [81.251, 1, '81.3'], [0.05, 1, '0.0'], [0.15, 1, '0.2'], [99.95, 1, '100.0'], [-81.25, 1, '-81.2'], [-0.04, 1, '0.0'],
    [2.5, 0, '2'], [3.5, 0, '4'], [1e-9, 2, '0.00'], [100, 1, '100.0'], [12.005, 2, '12.00'], [12.015, 2, '12.02'],
  ])('%s with %s decimals is %s', (value, digits, text) => expect(roundHalfEven(value, digits)).toBe(text));
  it('shows no value for null', () => expect(percent(null)).toBe(NONE));
  it('is worded for the language', () => {
    expect(percent(81.25)).toBe('81.2 %');
    expect(percent(81.25, 'de')).toBe('81,2 %');
    expect(decimal(4.5)).toBe('4.5');
    expect(decimal(2)).toBe('2');
    expect(units(1234, 'en')).toBe('1,234');
  });
});

describe('rep_06 colours', () => {
  it.each([[85.01, 'green'], [85, 'yellow'], [70, 'yellow'], [69.999, 'red'], [null, 'none']] as const)('%s is %s', (value, colour) => expect(oeeColour(value)).toBe(colour));
});

describe('times', () => {
  it('speaks in the plant’s zone', () => expect(clock('2025-11-06T19:03:00Z', 'America/Detroit')).toBe('14:03'));
  it('tells the moments of a longer time apart', () => {
    const at = Date.parse('2025-11-06T19:03:07Z');
    const text = (lengthMs: number) => momentIn(at, lengthMs, lengthMs / 24, 'America/Detroit');
    expect(text(240_000)).toBe('14:03:07');
    expect(text(3_600_000)).toBe('14:03');
    expect(text(DAY_MS)).toBe('6 Nov, 14:03');
    for (const length of [240_000, 1_400_000, 3_600_000, DAY_MS - 1, DAY_MS, 8 * DAY_MS]) {
      const rows = Array.from({ length: 24 }, (_, i) => momentIn(at + (i * length) / 24, length, length / 24, 'America/Detroit'));
      expect(new Set(rows).size, `${length} ms`).toBe(24);
    }
    expect(momentIn(null, 1, 1)).toBe(NONE);
  });
  it('labels so many hours as have room', () => {
    const hour = 3_600_000;
    expect(ticksIn(hour / 2, 8.5 * hour, 800).map((at) => at / hour)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [length, width] of [[8 * hour, 300], [8 * DAY_MS, 280], [8 * DAY_MS, 1200], [2 * DAY_MS, 800]] as const) {
      const ticks = ticksIn(0, length, width);
      expect(ticks.length).toBeGreaterThan(1);
      expect((width * hour) / length * (((ticks[1] ?? 0) - (ticks[0] ?? 0)) / hour)).toBeGreaterThanOrEqual(length < DAY_MS ? 36 : 96);
    }
    expect(ticksIn(0, hour, 0)).toEqual([]);
  });
  it('survives an unknown zone and a missing time', () => {
    expect(clock('2025-11-06T19:03:00Z', 'Nowhere/Atall')).toMatch(/^\d\d:\d\d$/);
    expect(clock(null)).toBe(NONE);
    expect(clock('rubbish')).toBe(NONE);
  });
  it.each([[45_000, '45 s'], [720_000, '12 min'], [11_100_000, '3 h 05 min'], [187_200_000, '2 d 4 h'], [-5, '0 s']])('%s ms is %s', (ms, text) => expect(span(ms)).toBe(text));
});
