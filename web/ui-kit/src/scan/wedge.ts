/**
 * Tells a keyboard-wedge scanner from a person typing. Pure: key and time come in, a code comes out.
 * The average gap decides, not each gap: under load one slow key would otherwise lose half a code.
 */
export const SILENCE_MS = 250;
export const AVERAGE_GAP_MS = 60;
export const MIN_LENGTH = 4;
const MAX_LENGTH = 512;

export type WedgeResult = { kind: 'none' } | { kind: 'started' } | { kind: 'code'; code: string };

export class WedgeBuffer {
  private keys: string[] = [];
  private firstAt = 0;
  private lastAt = 0;

  /** `key` is KeyboardEvent.key, `at` a steady clock in milliseconds. */
  press(key: string, at: number): WedgeResult {
    if (this.keys.length > 0 && at - this.lastAt > SILENCE_MS) this.clear();
    if (key === 'Enter' || key === 'Tab') return this.finish(at);
    if ([...key].length !== 1 || this.keys.length >= MAX_LENGTH) return { kind: 'none' };
    const started = this.keys.length === 0;
    if (started) this.firstAt = at;
    this.lastAt = at;
    this.keys.push(key);
    return started ? { kind: 'started' } : { kind: 'none' };
  }

  clear(): void {
    this.keys = [];
  }

  private finish(at: number): WedgeResult {
    const keys = this.keys;
    this.clear();
    const code = stripControl(keys.join(''));
    const gap = (at - this.firstAt) / Math.max(1, keys.length);
    return code.length >= MIN_LENGTH && gap < AVERAGE_GAP_MS ? { kind: 'code', code } : { kind: 'none' };
  }
}

/** Ends a value within a label of GS1 (FNC1). */
export const GS1_SEPARATOR = '\u001d';

/** Scanners send shift marks as control characters; no code holds one, but for the separator of GS1. */
export function stripControl(text: string): string {
  return [...text].filter((c) => c === GS1_SEPARATOR || !/\p{Cc}/u.test(c)).join('').trim();
}
