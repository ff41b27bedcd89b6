/**
 * Writes to a machine without a screen: who may, what a typed text means to the device, and what was read back. Pure.
 */
import type { Tag, TagWrite, User } from '@unison/ui-kit';

/** What is typed for a signal. */
export type Entry = 'switch' | 'number' | 'text';

export const entryOf = (tag: Tag): Entry => (tag.type === 'bool' ? 'switch' : tag.type === 'string' ? 'text' : 'number');

/** Nobody in particular is asked who they are first. */
export const mayWrite = (user: User | null): boolean => user === null || (user.permissions ?? []).includes('plc:write');

/**
 * What is sent for a typed text; null for none. A whole number that a browser cannot hold goes as a text: the edge takes it
 * with all its digits.
 */
export function sentOf(entry: Entry, typed: string): string | number | boolean | null {
  if (entry === 'switch') return typed === 'true' ? true : typed === 'false' ? false : null;
  if (entry === 'text') return typed === '' ? null : typed;
  const text = typed.trim().replace(',', '.');
  if (!/^-?\d+(\.\d+)?$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) || text.includes('.') ? number : text;
}

/** A value as the edge writes it down, for people. */
export function wordOf(entry: Entry, value: string, language: string, words: { on: string; off: string }): string {
  if (entry === 'switch') return value === 'true' ? words.on : value === 'false' ? words.off : value;
  return entry === 'number' && language === 'de' ? value.replace('.', ',') : value;
}

/** What is known of a write: its end, once either the answer or the list says it; null where nobody said anything. */
export function latest(answer: TagWrite | null, listed: TagWrite | undefined): TagWrite | null {
  return [answer, listed].find((write) => write && write.outcome !== 'asked') ?? answer ?? listed ?? null;
}

/** What the device says after a write. The value that was written may be read before the end is recorded, another may not. */
export function readBackOf(write: TagWrite, tag: Tag | null): 'waiting' | 'same' | 'other' {
  if (!tag || tag.at === null || tag.value === null || tag.quality !== 'good') return 'waiting';
  const [at, asked, ended] = [Date.parse(tag.at), Date.parse(write.asked_at), Date.parse(write.ended_at ?? '')];
  if (at >= asked && isSame(tag.value, write.value)) return 'same';
  return at > ended ? 'other' : 'waiting';
}

/** A device may hold fewer digits of a fraction than were typed. */
function isSame(value: number | boolean | string, written: string): boolean {
  if (typeof value !== 'number') return String(value) === written;
  const wanted = Number(written);
  return Math.abs(value - wanted) <= 1e-6 * Math.max(Math.abs(wanted), 1e-30);
}
