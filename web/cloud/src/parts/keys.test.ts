/** What keys mean, and that nobody who types is interrupted. */
import { describe, expect, it } from 'vitest';
import { commandOf, isTypingIn, type Press } from './keys';

const press = (key: string, over: Partial<Press> = {}): Press => ({ key, ctrl: false, alt: false, isTyping: false, isChord: false, ...over });

describe('shortcuts', () => {
  it.each([
    ['?', {}, { do: 'help' }], ['/', {}, { do: 'filter' }], ['j', {}, { do: 'step', by: 1 }], ['k', {}, { do: 'step', by: -1 }], ['x', {}, { do: 'select' }],
    ['g', {}, { do: 'chord' }], ['m', { isChord: true }, { do: 'go', to: '/machines' }], ['m', {}, null], ['z', { isChord: true }, null],
    ['k', { ctrl: true }, { do: 'palette' }], ['K', { ctrl: true }, { do: 'palette' }], ['Enter', { ctrl: true }, { do: 'save' }], ['c', { ctrl: true }, null],
    ['k', { ctrl: true, isTyping: true }, { do: 'palette' }], ['Enter', { ctrl: true, isTyping: true }, { do: 'save' }],
    ['j', { isTyping: true }, null], ['?', { isTyping: true }, null], ['/', { isTyping: true }, null], ['x', { alt: true }, null],
  ] as const)('%s %j', (key, over, command) => {
    expect(commandOf(press(key, over))).toEqual(command);
  });
  it('a check box is no field that one types in', () => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox' });
    expect(isTypingIn(box)).toBe(false);
    expect(isTypingIn(document.createElement('input'))).toBe(true);
    expect(isTypingIn(document.createElement('select'))).toBe(true);
    expect(isTypingIn(document.body)).toBe(false);
  });
});
