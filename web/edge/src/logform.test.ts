/** The log form, its pad and the queue indicator. */
import { describe, expect, it } from 'vitest';
import { bodyOf, hoursOf, issuesOf, suggestCounts, suggestHours, fitReasons, tapReason } from './logform';
import { applyKey } from './parts/NumberPad';
import { hopState } from './parts/QueueIndicator';

const draft = (over = {}) => ({ uuid: 'u', good: '10', scrap: '0', hours: '2', notes: '', ...over });

describe('log_03 log_04 checks before sending', () => {
  it.each([
    [{}, []], [{ good: '0' }, ['good']], [{ good: '' }, ['good']], [{ good: '1.5' }, ['good']], [{ good: '99', scrap: '2' }, ['good']], [{ good: '100' }, []],
    [{ hours: '0' }, ['hours']], [{ hours: '24' }, []], [{ hours: '24.01' }, ['hours']], [{ hours: 'x' }, ['hours']], [{ hours: '4,5' }, []],
  ])('%j', (over, fields) => expect(issuesOf(draft(over), 100).map((i) => i.field)).toEqual(fields));
  it('sends gross units with the scrap inside', () => expect(bodyOf(draft({ good: '9', scrap: '1' }), 456, 1)).toMatchObject({ quantity_completed: 10, quantity_rejected: 1, hours_worked: 2 }));
});

describe('q_130 suggestions', () => {
  it('never suggests more than is left', () => expect(suggestCounts({ good: 12, rejected: 3 }, 10)).toEqual({ good: 7, scrap: 3 }));
  it('counts hours from the latest mark', () => expect(suggestHours(Date.parse('2026-01-01T12:00:00Z'), ['2026-01-01T06:00:00Z', null, '2026-01-01T10:30:00Z'])).toBe('1.5'));
  it('suggests nothing without a mark', () => expect(suggestHours(0, [null])).toBe(''));
  it('reads a comma', () => expect(hoursOf('1,25')).toBe(1.25));
});

describe('number pad', () => {
  it.each([['12', '3', true, '3'], ['12', '3', false, '123'], ['0', '5', false, '5'], ['12', 'back', false, '1'], ['12', 'back', true, ''], ['', '.', false, '0.'], ['1.', '.', false, '1.'], ['1234567', '8', false, '1234567']] as const)(
    '%s then %s (fresh %s) is %s', (text, key, fresh, out) => expect(applyKey(text, key, fresh, 7)).toBe(out));
});

describe('ui_05 queue states', () => {
  it.each([[false, 0, 0, 'online'], [true, 0, 0, 'offline'], [false, 3, 0, 'syncing'], [false, 0, 3, 'error'], [true, 0, 3, 'error']] as const)('stale %s sending %s failed %s: %s', (stale, sending, failed, state) => expect(hopState(stale, sending, failed).state).toBe(state));
});

describe('log_07 why units are scrap', () => {
  it('a tap takes all that have no reason, further taps move one by one from where most are', () => {
    let given = tapReason({}, 'burr', 5);
    expect(given).toEqual({ burr: 5 });
    expect(tapReason(given, 'burr', 5)).toEqual({ burr: 5 });
    given = tapReason(given, 'scratch', 5);
    given = tapReason(given, 'scratch', 5);
    expect(given).toEqual({ burr: 3, scratch: 2 });
    expect(tapReason(given, 'scratch', 7)).toEqual({ burr: 3, scratch: 4 });
    expect(tapReason({ burr: 1 }, 'scratch', 1)).toEqual({ scratch: 1 });
  });

  it('reasons never explain more than was rejected, also when the number is made smaller afterwards', () => {
    expect(fitReasons({ burr: 3, scratch: 2 }, 2)).toEqual({ scratch: 2 });
    expect(fitReasons({ burr: 3, scratch: 2 }, 0)).toEqual({});
    const draft = { uuid: 'u', good: '8', scrap: '2', hours: '1', notes: '', reasons: { burr: 5 } };
    expect(bodyOf(draft, 1, 2).scrap_reasons).toEqual([{ scrap_reason_code: 'burr', quantity: 2 }]);
    expect(bodyOf({ ...draft, scrap: '0' }, 1, 2)).not.toHaveProperty('scrap_reasons');
  });
});
