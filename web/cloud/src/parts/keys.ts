/**
 * The keyboard of the dashboard: ? help, / filter, g then a letter to go, j and k through rows.
 */
import { useEffect, useRef } from 'react';

const GO = { d: '/', m: '/machines', w: '/work-orders', e: '/edges' } as const;
const CHORD_MS = 1_200;

interface Keys {
  help: () => void;
  go: (to: (typeof GO)[keyof typeof GO]) => void;
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);
}

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let chordAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const go = Date.now() - chordAt < CHORD_MS ? GO[event.key as keyof typeof GO] : undefined;
      chordAt = 0;
      if (go) latest.current.go(go);
      else if (event.key === '?') latest.current.help();
      else if (event.key === 'g') chordAt = Date.now();
      else if (event.key === 'j') step(1);
      else if (event.key === 'k') step(-1);
      else if (event.key === '/') document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
