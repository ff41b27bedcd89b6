/**
 * How old what is on a page may look: one clock for the whole page, and the heartbeat of the box.
 */
import { useLive, type Freshness } from '@unison/ui-kit';
import { useEffect, useState } from 'react';
import { useStationInfo } from '../reads';
import { isOld } from '../signals';

/** The page's one clock and the heartbeat: how old an answer is, is said the same everywhere. */
export interface Beat {
  now: number;
  link: Freshness;
  zone: string | undefined;
}

/** How an answer stands now. */
export interface Standing {
  sinceMs: number;
  isOld: boolean;
  at: number;
  zone: string | undefined;
}

export function standing({ now, link, zone }: Beat, at: number): Standing {
  const sinceMs = Math.max(0, now - at);
  return { sinceMs, isOld: isOld(sinceMs, link), at, zone };
}

export function useBeat(): Beat {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return { now, link: useLive().freshness, zone: useStationInfo().data?.timezone };
}
