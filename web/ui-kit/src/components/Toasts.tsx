/**
 * Short answers at the foot of the page. A refusal stays until it is closed; a success goes by itself.
 */
import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n';

export type ToastTone = 'good' | 'info' | 'bad';

export interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
  action?: { label: string; run: () => void };
}

const SHOW_MS = 6_000;
/** What offers a way back stays until somebody had time to think. */
const SHOW_ACTION_MS = 15_000;
const LIMIT = 4;
let toasts: readonly Toast[] = [];
let lastId = 0;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

export function dismissToast(id: number): void {
  set(toasts.filter((t) => t.id !== id));
}

export function toast(tone: ToastTone, text: string, action?: Toast['action']): void {
  const id = ++lastId;
  set([...toasts.filter((t) => t.text !== text).slice(-(LIMIT - 1)), { id, tone, text, action }]);
  if (tone !== 'bad') window.setTimeout(() => dismissToast(id), action ? SHOW_ACTION_MS : SHOW_MS);
}

const SIGN: Record<ToastTone, string> = { good: '✓', info: 'i', bad: '!' };

export function ToastRegion() {
  const { t } = useTexts();
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className="u-toasts" role="region" aria-label={t('toast.region')}>
      {shown.map((item) => (
        <div key={item.id} className={`u-toast u-toast-${item.tone}`} role={item.tone === 'bad' ? 'alert' : 'status'} data-testid="toast" data-tone={item.tone}>
          <span className="u-toast-sign" aria-hidden>{SIGN[item.tone]}</span>
          <span className="u-toast-text">{item.text}</span>
          {item.action && (
            <button type="button" onClick={() => { item.action?.run(); dismissToast(item.id); }}>{item.action.label}</button>
          )}
          <button type="button" className="u-toast-close" aria-label={t('common.close')} onClick={() => dismissToast(item.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
