/**
 * The queue indicator with its four states. It speaks of the first hop, page→edge;
 * the second, edge→cloud, may be down for days without alarming anybody and is on the queue page.
 */
import { useLive, useTexts } from '@unison/ui-kit';
import { Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { outbox } from '../services';

export type HopState = 'online' | 'offline' | 'syncing' | 'error';

export interface Hop {
  state: HopState;
  count: number;
}

export function hopState(stale: boolean, sending: number, failed: number): Hop {
  if (sending > 0 && !stale) return { state: 'syncing', count: sending };
  if (failed > 0) return { state: 'error', count: failed };
  return stale ? { state: 'offline', count: 0 } : { state: 'online', count: 0 };
}

export function usePageHop(): Hop {
  const live = useLive();
  const { entries, sending } = useSyncExternalStore(outbox.watch, outbox.current);
  return hopState(live.freshness === 'stale', sending, entries.filter((e) => e.state === 'failed').length);
}

export function useHopText(): (hop: Hop) => string {
  const { t } = useTexts();
  return (hop) => {
    switch (hop.state) {
      case 'online':
        return '';
      case 'offline':
        return t('queue.offline');
      case 'syncing':
        return t('queue.syncing', { count: hop.count });
      case 'error':
        return t('queue.error', { count: hop.count });
    }
  };
}

export function QueueButton() {
  const { t } = useTexts();
  const hop = usePageHop();
  const text = useHopText()(hop);
  const waiting = useSyncExternalStore(outbox.watch, outbox.current).entries.length;
  return (
    <Link to="/queue" className={`bar-button hop hop-${hop.state}`} data-testid="queue-indicator" data-state={hop.state} aria-label={`${t('nav.queue')}: ${text || t('queue.online')}${waiting > 0 ? ` ${waiting}` : ''}`}>
      {hop.state === 'syncing' ? <Loader size={18} color="currentColor" /> : <HopGlyph state={hop.state} />}
      <span className="hop-text" role="status">{text}</span>
      {waiting > 0 && <span className="hop-count" data-testid="queue-count" aria-hidden>{waiting}</span>}
    </Link>
  );
}

/** Shape as well as colour: dot, hollow dot, exclamation. */
export function HopGlyph({ state }: { state: HopState }) {
  return (
    <svg className="hop-glyph" viewBox="0 0 20 20" width="20" height="20" aria-hidden>
      {state === 'offline' ? <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="3" strokeDasharray="4 3" />
      : state === 'error' ? <path d="M10 1 19.5 18.5H.5ZM9 7v5h2V7Zm0 7v2h2v-2Z" fill="currentColor" fillRule="evenodd" />
      : <circle cx="10" cy="10" r="7" fill="currentColor" />}
    </svg>
  );
}
