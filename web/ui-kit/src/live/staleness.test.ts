/** When a value stops being live. */
import { describe, expect, it } from 'vitest';
import { freshness, mustReopen } from './staleness';

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
