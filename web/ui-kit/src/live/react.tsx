/**
 * The live stream inside React: freshness, the server's clock, and "no data since".
 */
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { clockOrDay } from '../format';
import { useTexts } from '../i18n';
import type { LiveState, LiveStream } from './stream';

/** What is said of yesterday becomes so at midnight. */
const MINUTE_MS = 60_000;

const Live = createContext<LiveStream | null>(null);

export function LiveProvider({ stream, children }: { stream: LiveStream; children: ReactNode }) {
  useEffect(() => {
    stream.start();
    return () => stream.stop();
  }, [stream]);
  return <Live value={stream}>{children}</Live>;
}

export function useLiveStream(): LiveStream {
  const stream = useContext(Live);
  if (!stream) throw new Error('LiveProvider is missing above this component');
  return stream;
}

export function useLive(): LiveState {
  const stream = useLiveStream();
  return useSyncExternalStore(stream.watch, stream.current);
}

/** Server time, ticking. */
export function useServerNow(everyMs = 1_000): number {
  const stream = useLiveStream();
  const [now, setNow] = useState(() => stream.serverNow());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(stream.serverNow()), everyMs);
    return () => window.clearInterval(timer);
  }, [stream, everyMs]);
  return now;
}

interface LiveZoneProps {
  children: ReactNode;
  zone?: string;
  className?: string;
  quiet?: boolean;
  /** When what is shown was read, page time, where that may be longer ago than the last sign of life. */
  readAt?: number;
}

/** Wraps live values: once the heartbeat is missing they lose their colour and say since when. */
export function LiveZone({ children, zone, className, quiet = false, readAt }: LiveZoneProps) {
  const live = useLive();
  const stale = live.freshness === 'stale';
  const since = useSince(readAt);
  return (
    <div className={`u-live ${stale ? 'u-stale' : ''} ${className ?? ''}`} data-testid="live-zone" data-fresh={live.freshness}>
      {stale && !quiet && <NoDataSince at={since} zone={zone} />}
      {children}
    </div>
  );
}

/** Up to when the page knows how things are, by the server's clock; null when it never heard. */
export function useSince(readAt?: number): number | null {
  const { clockOffset } = useLiveStream();
  const { lastAt } = useLive();
  if (readAt === undefined || readAt === 0) return lastAt;
  return Math.min(lastAt ?? Infinity, readAt + clockOffset);
}

export function NoDataSince({ at, zone }: { at: number | string | null; zone?: string }) {
  const { t, language } = useTexts();
  const now = useServerNow(MINUTE_MS);
  return (
    <p className="u-nodata" role="status" data-testid="no-data-since">
      <span aria-hidden>◌</span> {at === null ? t('live.connecting') : t('live.noDataSince', { time: clockOrDay(at, now, zone, language) })}
    </p>
  );
}
