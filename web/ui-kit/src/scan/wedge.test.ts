/** A scanner is understood, a person typing is left alone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenForWedge, onScan } from './bus';
import { stripControl, WedgeBuffer } from './wedge';

function type(buffer: WedgeBuffer, text: string, gap: number, end = 'Enter', start = 1_000) {
  let at = start;
  for (const key of text) {
    buffer.press(key, at);
    at += gap;
  }
  return buffer.press(end, at);
}

describe('wedge buffer', () => {
  it('takes a scanner at 8 ms', () => expect(type(new WedgeBuffer(), 'WO-2026-001', 8)).toEqual({ kind: 'code', code: 'WO-2026-001' }));
  it('takes Tab as terminator', () => expect(type(new WedgeBuffer(), 'WO-1', 8, 'Tab').kind).toBe('code'));
  it('refuses a person at 120 ms', () => expect(type(new WedgeBuffer(), 'WO-2026-001', 120).kind).toBe('none'));
  it('refuses fewer than four characters', () => expect(type(new WedgeBuffer(), 'ABC', 8).kind).toBe('none'));
  it('survives one slow key under load, because the average counts', () => {
    const buffer = new WedgeBuffer();
    'WO-2026'.split('').forEach((key, i) => buffer.press(key, 1000 + i * 8));
    '-001'.split('').forEach((key, i) => buffer.press(key, 1000 + 48 + 200 + i * 8));
    expect(buffer.press('Enter', 1000 + 48 + 200 + 32)).toEqual({ kind: 'code', code: 'WO-2026-001' });
  });
  it('forgets after 250 ms of silence', () => {
    const buffer = new WedgeBuffer();
    'JUNK'.split('').forEach((key, i) => buffer.press(key, i * 8));
    expect(type(buffer, 'M-77', 8, 'Enter', 300)).toEqual({ kind: 'code', code: 'M-77' });
  });
  it('ignores Shift and other named keys', () => {
    const buffer = new WedgeBuffer();
    ['Shift', 'W', 'Shift', 'O', '-', '1'].forEach((key, i) => buffer.press(key, i * 8));
    expect(buffer.press('Enter', 48)).toEqual({ kind: 'code', code: 'WO-1' });
  });
  it('strips control characters', () => expect(stripControl('\u000201\u0004WO-1\r\n')).toBe('01WO-1'));
});

describe('wedge on the page', () => {
  let stop: () => void;
  let off: () => void;
  const codes: string[] = [];
  beforeEach(() => {
    codes.length = 0;
    stop = listenForWedge();
    off = onScan((code) => codes.push(code));
  });
  afterEach(() => {
    stop();
    off();
    document.body.innerHTML = '';
  });
  const press = (target: EventTarget, key: string) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  it('swallows the terminator and gives the focused field its text back', () => {
    document.body.innerHTML = '<form><input value="12"></form>';
    const field = document.querySelector('input');
    if (!field) throw new Error('no field');
    field.focus();
    for (const key of 'WO-1') {
      press(field, key);
      field.value += key;
    }
    expect(press(field, 'Enter')).toBe(false);
    expect(codes).toEqual(['WO-1']);
    expect(field.value).toBe('12');
  });
  it('keeps the separator of GS1, which scanners type as Ctrl and ]', () => {
    for (const key of '10AB') press(document.body, key);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ']', ctrlKey: true, bubbles: true, cancelable: true }));
    for (const key of '21S') press(document.body, key);
    press(document.body, 'Enter');
    expect(codes).toEqual(['10AB\u001d21S']);
  });
  it('leaves an ordinary Enter alone', () => expect(press(document.body, 'Enter')).toBe(true));
});
