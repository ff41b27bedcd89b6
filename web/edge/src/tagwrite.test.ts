/** What is sent to a machine, and what is said of it afterwards. */
import { ApiError, type Refusal, type Tag, type TagWrite } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { endOf, entryOf, isOfScan, latest, mayWrite, parse, plain, readBackOf, wordOf } from './tagwrite';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
const tag = (over: Partial<Tag>): Tag => ({
  name: 'limit', connection: 'plc', type: 'u16', value: 40, quality: 'good', at: at(0), age_ms: 500, is_live: true, period_ms: 1_000, keep: false,
  meaning: null, unit: null, writable: true, scaled: false, machine_id: null, machine_code: null, ...over,
});
const write = (over: Partial<TagWrite>): TagWrite => ({
  id: 'a', tag: 'limit', machine_id: null, machine_code: null, value_before: '40', value: '42', written_by: { id: 1, name: 'Sue' },
  asked_at: at(10), outcome: 'done', reason: null, ended_at: at(11), ...over,
});

describe('edge_02 a typed value', () => {
  const sent = (typed: string, language = 'en') => {
    const value = parse('number', typed, language);
    return 'say' in value ? value.say : [value.text, value.sent];
  };
  it('is shown as it is sent', () => {
    expect(['42', '-4.5', ' 7 ', '0', '007', '-0', '4.250', '4.0', '-0.00'].map((text) => sent(text))).toEqual([
      ['42', 42], ['-4.5', -4.5], ['7', 7], ['0', 0], ['7', 7], ['0', 0], ['4.25', 4.25], ['4', 4], ['0', 0],
    ]);
    expect(sent('4,25', 'de')).toEqual(['4.25', 4.25]);
    expect(['', '-', '4.', '.5', '4.2.1', '0x1f', 'NaN', 'true', '1.2,3,4'].map((text) => sent(text))).toEqual(Array(9).fill('write.badNumber'));
  });
  it('keeps the digits that a browser cannot hold, and takes no fraction that loses some', () => {
    expect(sent('9007199254740991')).toEqual(['9007199254740991', 9_007_199_254_740_991]);
    expect(sent('9007199254740993')).toEqual(['9007199254740993', '9007199254740993']);
    expect(sent('9007199254740993.0')).toEqual(['9007199254740993', '9007199254740993']);
    expect(sent('0.00123456789012345')).toEqual(['0.00123456789012345', 0.00123456789012345]);
    expect([sent('1.123456789012345'), sent('9007199254740993.5')]).toEqual(['write.badDigits', 'write.badDigits']);
  });
  it('has the decimal sign of the page, and else both ways to mean it are named', () => {
    expect(parse('number', '1,500', 'en')).toEqual({ say: 'write.badSeparator', names: { typed: '1,500', whole: '1500', fraction: '1.5' } });
    expect(parse('number', '1.500', 'de')).toEqual({ say: 'write.badSeparator', names: { typed: '1.500', whole: '1500', fraction: '1,5' } });
    expect(parse('number', '1,500.5', 'en')).toEqual({ say: 'write.badGroups', names: { typed: '1,500.5', whole: '1500.5' } });
    expect(parse('number', '1,500,000', 'en')).toEqual({ say: 'write.badGroups', names: { typed: '1,500,000', whole: '1500000' } });
    expect(['1e3', '-1.5E-3'].map((text) => sent(text))).toEqual(['write.badExponent', 'write.badExponent']);
  });
  it('is on or off, or a text as it was typed', () => {
    expect(['true', 'false'].map((text) => parse('switch', text, 'en'))).toEqual([{ text: 'true', sent: true }, { text: 'false', sent: false }]);
    expect([parse('switch', '', 'en'), parse('text', '', 'en')]).toEqual([{ say: 'write.badSwitch' }, { say: 'write.badText' }]);
    expect(parse('text', ' P-40 ', 'en')).toEqual({ text: ' P-40 ', sent: ' P-40 ' });
    expect(['bool', 'string', 'u16', 'f64', 'bcd16'].map((type) => entryOf(tag({ type })))).toEqual(['switch', 'text', 'number', 'number', 'number']);
  });
  it('reads as people write it', () => {
    const words = { on: 'an', off: 'aus' };
    expect([wordOf('switch', 'true', 'de', words), wordOf('number', '4.25', 'de', words), wordOf('number', '4.25', 'en', words), wordOf('text', 'a.b ', 'de', words)]).toEqual(['an', '4,25', '4.25', '„a.b “']);
    expect([42.00001, 1e-7, -1.5e-7, 1e21, 1.25e22, '9007199254740993', true].map(plain)).toEqual(['42.00001', '0.0000001', '-0.00000015', '1000000000000000000000', '12500000000000000000000', '9007199254740993', 'true']);
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
  it('is the same to the last digit, but for what floats lose', () => {
    const back = (type: string, value: Tag['value'], text: string, scaled = false) => readBackOf(write({ value: text }), tag({ type, value, scaled, at: at(12) }));
    expect([back('u32', 4_000_000, '4000001'), back('u32', 4_000_001, '4000001'), back('u64', '9007199254740993', '9007199254740993'), back('u64', '9007199254740992', '9007199254740993')]).toEqual(['other', 'same', 'same', 'other']);
    expect([back('f32', Math.fround(42.1), '42.1'), back('f32', 42.100_01, '42.1'), back('f64', 42.100_000_1, '42.1'), back('f64', 42.1, '42.1')]).toEqual(['same', 'other', 'other', 'same']);
    expect([back('u16', 42.300_000_000_000_004, '42.3', true), back('u16', 42.4, '42.3', true), back('u16', 7e-15, '0', true)]).toEqual(['same', 'other', 'same']);
    expect([back('bool', true, 'true'), back('string', 'P-4', 'P-4 ')]).toEqual(['same', 'other']);
  });
});

describe('edge_14 an answer that is none', () => {
  const error = (status: number, refusal: Refusal | null) => endOf(new ApiError(status, refusal));
  it('leaves it open only where nobody says that nothing was sent', () => {
    expect(error(409, { error: 'Too late', outcome: 'not_sent' })).toBe('refused');
    expect(error(503, { error: 'Disk full', outcome: 'not_sent' })).toBe('not_sent');
    expect(error(503, { error: 'Too busy' })).toBe('unknown');
    // A page of a proxy, and no answer at all.
    expect([error(404, null), error(502, null), error(0, null), endOf(new TypeError('no'))]).toEqual(Array(4).fill('unknown'));
  });
});

describe('edge_02 a scan', () => {
  it('presses no button with the end of its code', () => {
    expect([isOfScan(0, 20), isOfScan(0, 299), isOfScan(0, 300), isOfScan(1, 20), isOfScan(0, Infinity)]).toEqual([true, true, false, false, false]);
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
