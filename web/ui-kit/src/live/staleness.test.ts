/** When a value stops being live. */
import { describe, expect, it } from 'vitest';
import { freshness, mustReopen, offsetAfter, type Beat } from './staleness';

describe('stale is never shown as live', () => {
  it.each([
    [null, 0, 1_000, 'connecting'], [null, 0, 3_001, 'stale'], [1_000, 0, 4_000, 'live'], [1_000, 0, 4_001, 'stale'],
  ] as const)('last event %s, opened %s, now %s: %s', (lastEventAt, openedAt, now, expected) => expect(freshness({ lastEventAt, beganAt: openedAt, openedAt }, now)).toBe(expected));
  it('reopens a half-open stream, and gives a new one its time', () => {
    expect(mustReopen({ lastEventAt: 1_000, beganAt: 0, openedAt: 0 }, 9_001)).toBe(true);
    expect(mustReopen({ lastEventAt: 1_000, beganAt: 0, openedAt: 9_000 }, 9_500)).toBe(false);
    expect(mustReopen({ lastEventAt: null, beganAt: 0, openedAt: 0 }, 8_001)).toBe(true);
  });
});

describe('the server clock beside that of the page', () => {
  const SECOND = 1_000;
  const HOUR = 3_600 * SECOND;
  /** The offset after beats that were sent and came in then, page time; the server's clock is right by `ahead`. */
  const after = (beats: [sent: number, came: number][], ahead = 0): number => {
    let known = 0;
    let before: Beat | null = null;
    for (const [sent, came] of beats) {
      const beat = { offset: sent + ahead - came, pageAt: came, steadyAt: came };
      known = offsetAfter(known, before, beat);
      before = beat;
    }
    return known;
  };
  it('is told by the first beat, and by each that comes in its time', () => {
    expect(after([[0, 20]], -HOUR)).toBe(-HOUR - 20);
    expect(after([[0, 20], [SECOND, SECOND + 5]], HOUR)).toBe(HOUR - 5);
  });
  it('is not told by beats that lay in the socket while the tablet slept', () => {
    const slept = Array.from({ length: 1_200 }, (_, n): [number, number] => [(n + 2) * SECOND, 2 * HOUR + n / 100]);
    expect(after([[0, 0], [SECOND, SECOND], ...slept])).toBe(0);
  });
  it('follows a clock that was set, from the second beat on', () => {
    const set = (n: number): Beat => ({ offset: -HOUR, pageAt: HOUR + n * SECOND, steadyAt: n * SECOND });
    expect(offsetAfter(0, { offset: 0, pageAt: 0, steadyAt: 0 }, set(1))).toBe(0);
    expect(offsetAfter(0, set(1), set(2))).toBe(-HOUR);
  });
});
