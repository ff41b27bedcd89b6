/**
 * The keyboard of the dashboard. `commandOf` is pure: what a key means, given what was pressed before and where.
 * Keys that type are never taken from a field that somebody writes in.
 */
import { useEffect, useRef } from 'react';

export type Command =
  | { do: 'help' } | { do: 'filter' } | { do: 'palette' } | { do: 'save' } | { do: 'select' } | { do: 'chord' } | { do: 'create' } | { do: 'edit' }
  | { do: 'step'; by: 1 | -1 } | { do: 'go'; to: string };

export interface Press {
  key: string;
  ctrl: boolean;
  alt: boolean;
  isTyping: boolean;
  /** g was pressed just before. */
  isChord: boolean;
}

/** Where g and a letter lead. */
export const GO: Record<string, string> = {
  d: '/', m: '/machines', w: '/work-orders', e: '/edges',
  a: '/data/materials', p: '/data/products', c: '/data/customers', j: '/data/projects', u: '/data/users', l: '/audit-log', s: '/organization',
};

export function commandOf({ key, ctrl, alt, isTyping, isChord }: Press): Command | null {
  if (alt) return null;
  if (ctrl) return key.toLowerCase() === 'k' ? { do: 'palette' } : key === 'Enter' ? { do: 'save' } : null;
  if (isTyping) return null;
  if (isChord) return GO[key] ? { do: 'go', to: GO[key] } : null;
  switch (key) {
    case '?':
      return { do: 'help' };
    case '/':
      return { do: 'filter' };
    case 'g':
      return { do: 'chord' };
    case 'j':
      return { do: 'step', by: 1 };
    case 'k':
      return { do: 'step', by: -1 };
    case 'x':
      return { do: 'select' };
    case 'n':
      return { do: 'create' };
    case 'e':
      return { do: 'edit' };
    default:
      return null;
  }
}

const CHORD_MS = 1_200;

export function isTypingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'file'].includes(target.type);
  return /^(TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
}

/** Rows step from where the focus is; without one, from the top. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
}

const click = (selector: string, within: ParentNode = document): void => within.querySelector<HTMLElement>(selector)?.click();

interface Keys {
  help: () => void;
  palette: () => void;
  go: (to: string) => void;
}

/** What is above the page has the keyboard: with a dialog open only its own keys work. */
function run(command: Command, keys: Keys): void {
  const dialog = [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].at(-1);
  if (dialog && !['save', 'palette', 'help'].includes(command.do)) return;
  switch (command.do) {
    case 'help':
      return keys.help();
    case 'palette':
      return keys.palette();
    case 'go':
      return keys.go(command.to);
    case 'step':
      return step(command.by);
    case 'filter':
      return document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
    case 'select':
      return click('[data-select]', document.activeElement?.closest('[data-row]') ?? document.createElement('i'));
    case 'create':
      return click('[data-create]');
    case 'edit':
      return click('[data-edit]');
    case 'save':
      return click('[data-save]', dialog ?? document);
    case 'chord':
  }
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let chordAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      const command = commandOf({
        key: event.key, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, isTyping: isTypingIn(event.target), isChord: Date.now() - chordAt < CHORD_MS,
      });
      chordAt = command?.do === 'chord' ? Date.now() : 0;
      if (!command) return;
      run(command, latest.current);
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
