/**
 * Writes to a machine without a screen: who may, what a typed text means to the device, and what was read back. Pure.
 */
import { ApiError, type Tag, type TagWrite, type User } from '@unison/ui-kit';

/** What is typed for a signal. */
export type Entry = 'switch' | 'number' | 'text';

export const entryOf = (tag: Tag): Entry => (tag.type === 'bool' ? 'switch' : tag.type === 'string' ? 'text' : 'number');

/** Nobody in particular is asked who they are first. */
export const mayWrite = (user: User | null): boolean => user === null || (user.permissions ?? []).includes('plc:write');

/** A value that is asked about, shown and sent: `text` as the edge writes it down, and the same for the device. */
export interface NewValue {
  text: string;
  sent: string | number | boolean;
}

/** Why a typed text is none: a text of the page, with what it names. */
export interface BadValue {
  say: string;
  names?: Record<string, string>;
}

/** So many digits survive a float. */
const DIGITS_OF_FLOAT = 15;

export function parse(entry: Entry, typed: string, language: string): NewValue | BadValue {
  if (entry === 'switch') return typed === 'true' || typed === 'false' ? { text: typed, sent: typed === 'true' } : { say: 'write.badSwitch' };
  if (entry === 'text') return typed === '' ? { say: 'write.badText' } : { text: typed, sent: typed };
  const text = typed.trim();
  const [own, other] = language === 'de' ? [',', '.'] : ['.', ','];
  if (/^[-+]?\d[\d.,]*e[-+]?\d+$/i.test(text)) return { say: 'write.badExponent', names: { typed: text } };
  if (text.includes(other)) return badSeparator(text, own, other);
  const [, sign, whole, fraction = ''] = /^(-?)0*(\d+)(?:[.,](\d+))?$/.exec(text) ?? [];
  if (sign === undefined || whole === undefined) return { say: 'write.badNumber' };
  return number(sign, whole, fraction.replace(/0+$/, ''));
}

/** Which of both is meant says only the person. */
function badSeparator(text: string, own: string, other: string): BadValue {
  const without = text.replaceAll(other, '');
  const decimal = text.replace(other, own);
  const isMixed = text.includes(own) && text.indexOf(own) < text.lastIndexOf(other);
  if (isMixed || !/^-?\d+([.,]\d+)?$/.test(without)) return { say: 'write.badNumber' };
  if (!/^-?\d+[.,]\d+$/.test(decimal)) return { say: 'write.badGroups', names: { typed: text, whole: without } };
  return { say: 'write.badSeparator', names: { typed: text, whole: without, fraction: decimal.replace(/[.,]?0+$/, '') } };
}

function number(sign: string, whole: string, fraction: string): NewValue | BadValue {
  if (fraction === '') {
    const text = whole === '0' ? '0' : sign + whole;
    // Beyond 2^53 the edge takes it as a text with all its digits.
    return { text, sent: Number.isSafeInteger(Number(text)) ? Number(text) : text };
  }
  if ((whole + fraction).replace(/^0+/, '').length > DIGITS_OF_FLOAT) return { say: 'write.badDigits', names: { most: String(DIGITS_OF_FLOAT) } };
  const text = `${sign}${whole}.${fraction}`;
  return { text, sent: Number(text) };
}

/** A value as the edge writes it down, for people; a text in quotes, so that its ends are seen. */
export function wordOf(entry: Entry, value: string, language: string, words: { on: string; off: string }): string {
  if (entry === 'switch') return value === 'true' ? words.on : value === 'false' ? words.off : value;
  if (entry === 'text') return language === 'de' ? `„${value}“` : `“${value}”`;
  return language === 'de' ? value.replace('.', ',') : value;
}

/** With all its digits, and without an exponent. */
export function plain(value: number | boolean | string): string {
  const [, sign, first, rest = '', power] = /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(String(value)) ?? [];
  if (typeof value !== 'number' || sign === undefined || first === undefined) return String(value);
  const [digits, exponent] = [first + rest, Number(power)];
  return sign + (exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, '0'));
}

/** What an error says of a write: refused before anything was done, certainly not sent, or nothing. */
export function endOf(error: unknown): 'refused' | 'not_sent' | 'unknown' {
  // What is not in the words of the box comes from something in between, which knows nothing of it.
  if (!(error instanceof ApiError) || error.refusal === null) return 'unknown';
  if (error.status >= 400 && error.status < 500) return 'refused';
  return error.refusal.outcome === 'not_sent' ? 'not_sent' : 'unknown';
}

/** A scanner that types the end of its code presses what has the focus: a press of a key right after another key is its. */
const SCAN_MS = 300;

/** `detail` is that of the click, nothing for a key; `sinceKeyMs` the time since a key with a character was pressed. */
export const isOfScan = (detail: number, sinceKeyMs: number): boolean => detail === 0 && sinceKeyMs < SCAN_MS;

/** What is known of a write: its end, once either the answer or the list says it; null where nobody said anything. */
export function latest(answer: TagWrite | null, listed: TagWrite | undefined): TagWrite | null {
  return [answer, listed].find((write) => write && write.outcome !== 'asked') ?? answer ?? listed ?? null;
}

/** What the device says after a write. The value that was written may be read before the end is recorded, another may not. */
export function readBackOf(write: TagWrite, tag: Tag | null): 'waiting' | 'same' | 'other' {
  if (!tag || tag.at === null || tag.value === null || tag.quality !== 'good') return 'waiting';
  const [at, asked, ended] = [Date.parse(tag.at), Date.parse(write.asked_at), Date.parse(write.ended_at ?? '')];
  if (at >= asked && isThat(tag, write.value)) return 'same';
  return at > ended ? 'other' : 'waiting';
}

/** Whether a signal has a value: to the last digit, but for what floats lose of it on the way. */
export function isThat({ type, scaled, value }: Tag, text: string): boolean {
  if (typeof value !== 'number') return value !== null && String(value) === text;
  const wanted = Number(text);
  if (scaled) return Math.abs(value - wanted) <= 1e-6 * Math.max(Math.abs(wanted), 1e-3);
  if (type === 'f32') return value === Math.fround(wanted);
  return type === 'f64' ? value === wanted : plain(value) === text;
}
