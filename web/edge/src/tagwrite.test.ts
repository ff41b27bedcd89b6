/** What is sent to a machine, and what is said of it afterwards. */
import type { Tag, TagWrite } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { entryOf, latest, mayWrite, readBackOf, sentOf, wordOf } from './tagwrite';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
const tag = (over: Partial<Tag>): Tag => ({
  name: 'limit', connection: 'plc', type: 'u16', value: 40, quality: 'good', at: at(0), age_ms: 500, is_live: true, period_ms: 1_000, keep: false,
  meaning: null, unit: null, writable: true, machine_id: null, machine_code: null, ...over,
});
const write = (over: Partial<TagWrite>): TagWrite => ({
  id: 'a', tag: 'limit', machine_id: null, machine_code: null, value_before: '40', value: '42', written_by: { id: 1, name: 'Sue' },
  asked_at: at(10), outcome: 'done', reason: null, ended_at: at(11), ...over,
});

describe('edge_02 a typed value', () => {
  it('is a number with a point or a comma, and nothing else', () => {
    expect(['42', '-4.5', '4,25', ' 7 ', '0'].map((text) => sentOf('number', text))).toEqual([42, -4.5, 4.25, 7, 0]);
    expect(['', '-', '4.', '.5', '1e3', '4,2,1', '0x1f', 'NaN', 'true'].map((text) => sentOf('number', text))).toEqual(Array(9).fill(null));
  });
  it('keeps the digits that a browser cannot hold', () => {
    expect(sentOf('number', '9007199254740991')).toBe(9_007_199_254_740_991);
    expect(sentOf('number', '9223372036854775809')).toBe('9223372036854775809');
  });
  it('is on or off, or a text as it was typed', () => {
    expect(['true', 'false', '', '1'].map((text) => sentOf('switch', text))).toEqual([true, false, null, null]);
    expect([sentOf('text', ' P-40 '), sentOf('text', '')]).toEqual([' P-40 ', null]);
    expect(['bool', 'string', 'u16', 'f64', 'bcd16'].map((type) => entryOf(tag({ type })))).toEqual(['switch', 'text', 'number', 'number', 'number']);
  });
  it('reads as people write it', () => {
    const words = { on: 'an', off: 'aus' };
    expect([wordOf('switch', 'true', 'de', words), wordOf('number', '4.25', 'de', words), wordOf('number', '4.25', 'en', words), wordOf('text', 'a.b', 'de', words)]).toEqual(['an', '4,25', '4.25', 'a.b']);
  });
});

describe('edge_02 after a write', () => {
  it('its end counts, whoever says it first', () => {
    const [asked, done] = [write({ outcome: 'asked', ended_at: null }), write({})];
    expect(latest(asked, done)?.outcome).toBe('done');
    expect(latest(done, asked)?.outcome).toBe('done');
    expect(latest(null, asked)?.outcome).toBe('asked');
    expect(latest(null, undefined)).toBeNull();
  });
  it('only what was read since is what was read back', () => {
    const back = (value: Tag['value'], second: number, over: Partial<Tag> = {}) => readBackOf(write({}), tag({ value, at: at(second), ...over }));
    expect(back(42, 9)).toBe('waiting');
    expect(back(42, 10)).toBe('same');
    expect(back(40, 11)).toBe('waiting');
    expect(back(40, 12)).toBe('other');
    expect(back(42, 12, { quality: 'bad' })).toBe('waiting');
    expect([readBackOf(write({}), null), readBackOf(write({}), tag({ at: null, value: null }))]).toEqual(['waiting', 'waiting']);
  });
  it('a float holds fewer digits than were typed', () => {
    expect(readBackOf(write({ value: '42.1' }), tag({ value: Math.fround(42.1), at: at(11) }))).toBe('same');
    expect(readBackOf(write({ value: '42.1' }), tag({ value: 42.2, at: at(12) }))).toBe('other');
    expect(readBackOf(write({ value: '0' }), tag({ value: 0, at: at(11) }))).toBe('same');
    expect(readBackOf(write({ value: 'true' }), tag({ type: 'bool', value: true, at: at(11) }))).toBe('same');
  });
});

describe('edge_02 who may write', () => {
  it('is asked of nobody in particular, and refused to those without the permission', () => {
    expect(mayWrite(null)).toBe(true);
    expect(mayWrite({ id: 1, name: 'Sue', roles: ['supervisor'], permissions: ['plc:write'] })).toBe(true);
    expect(mayWrite({ id: 2, name: 'Ana', roles: ['operator'], permissions: ['downtime:write'] })).toBe(false);
    expect(mayWrite({ id: 2, name: 'Ana', roles: ['operator'] })).toBe(false);
  });
});
