/**
 * The one scanning bus: wedge, camera, photo, typed and the readers on the edge box all end here.
 * It may not know what a code means; the listener asks the server.
 */
import type { ScanSource } from '../api/types';
import { GS1_SEPARATOR, WedgeBuffer } from './wedge';

type Listener = (code: string, source: ScanSource) => void;

const listeners = new Set<Listener>();

export function onScan(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function publishScan(code: string, source: ScanSource): void {
  for (const listener of listeners) listener(code, source);
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function focusedField(): Field | null {
  const element = document.activeElement;
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : null;
}

/** React only notices a value set through the prototype's own setter. */
function restore(field: Field, value: string): void {
  const prototype = field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Listens on the whole page; a scan into a focused field leaves the field as it was before. */
export function listenForWedge(target: Window = window): () => void {
  const buffer = new WedgeBuffer();
  let before: { field: Field; value: string } | null = null;
  const onKeyDown = (event: KeyboardEvent): void => {
    const separates = event.ctrlKey && event.key === ']';
    if (event.isComposing || (event.ctrlKey && !separates) || event.altKey || event.metaKey) return;
    const result = buffer.press(separates ? GS1_SEPARATOR : event.key, event.timeStamp);
    if (result.kind === 'started') {
      const field = focusedField();
      before = field ? { field, value: field.value } : null;
    }
    if (result.kind !== 'code') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (before?.field.isConnected) restore(before.field, before.value);
    before = null;
    publishScan(result.code, 'wedge');
  };
  target.addEventListener('keydown', onKeyDown, { capture: true });
  return () => target.removeEventListener('keydown', onKeyDown, { capture: true });
}
