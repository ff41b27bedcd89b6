/**
 * What a scan does, on every page: a work order opens its log page, a badge signs on, a machine opens its station.
 * The edge says what a code means; nothing is guessed here.
 */
import { ApiError, listenForWedge, onScan, post, publishScan, reasonOf, said, toast, type EdgeSession, type Scan, type ScanSource } from '@unison/ui-kit';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import i18next from 'i18next';
import { useEffect, useRef } from 'react';
import { entryIsOpen, pageIsHeld } from './entry';
import { handlePushedScans, queries, type MachineList } from './services';
import { signedOn } from './session';

export interface SeenScan {
  code: string;
  source: ScanSource;
  kind: Scan['kind'] | 'failed' | 'pending';
  at: number;
}

const SEEN_LIMIT = 20;
/** Newest first, for the scanner test page. */
export function rememberScan(scan: SeenScan): void {
  queries.setQueryData<SeenScan[]>(['scans'], (old = []) => [scan, ...old].slice(0, SEEN_LIMIT));
}

/** Machine of the page that is open, from its address. */
export function useHere(): number | null {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const found = /^\/m\/(\d+)/.exec(path)?.[1];
  return found === undefined ? null : Number(found);
}

export function useScanning(): void {
  const navigate = useNavigate();
  const here = useHere();
  const latest = useRef({ navigate, here });
  useEffect(() => {
    latest.current = { navigate, here };
  });
  useEffect(() => {
    const act = (scan: Scan, viaBox: boolean) => void actOn(scan, viaBox, latest.current);
    const stopWedge = listenForWedge();
    const stopBus = onScan((code, source) => void understand(code, source, latest.current.here, (scan) => act(scan, false)));
    handlePushedScans((scan) => {
      const fromReader = scan.source === 'serial' || scan.source === 'hid';
      rememberScan({ code: scan.code, source: scan.source, kind: scan.kind, at: Date.now() });
      if (fromReader && scan.station !== null && scan.station === latest.current.here) act(scan, true);
    });
    return () => {
      stopWedge();
      stopBus();
      handlePushedScans(() => undefined);
    };
  }, []);
}

async function understand(code: string, source: ScanSource, here: number | null, act: (scan: Scan) => void): Promise<void> {
  try {
    const scan = await post<Scan>('/scans', { code, source, ...(here === null ? {} : { station: here }) });
    rememberScan({ code: scan.code, source, kind: scan.kind, at: Date.now() });
    act(scan);
  } catch (error) {
    rememberScan({ code, source, kind: 'failed', at: Date.now() });
    const away = error instanceof ApiError && error.unreachable;
    toast('bad', away ? i18next.t('scan.away', { code }) : reasonOf(error), { label: i18next.t('common.retry'), run: () => publishScan(code, source) });
  }
}

interface Place {
  navigate: ReturnType<typeof useNavigate>;
  here: number | null;
}

export async function actOn(scan: Scan, viaBox: boolean, { navigate, here }: Place): Promise<void> {
  if (pageIsHeld() && scan.kind !== 'badge') return toast('info', i18next.t('scan.keptEntry', { code: scan.code }));
  switch (scan.kind) {
    case 'work_order': {
      const id = stationOf(scan, here);
      const wo = scan.work_order_id;
      if (id === null || wo === null || wo === undefined) return unknown(scan, navigate);
      if (entryIsOpen() && viaBox) toast('info', i18next.t('scan.keptEntry', { code: scan.code }));
      else await navigate({ to: '/m/$id/log', params: { id }, search: { wo } });
      return;
    }
    case 'machine':
      if (scan.machine_id === null || scan.machine_id === undefined) return unknown(scan, navigate);
      await navigate({ to: '/m/$id', params: { id: scan.machine_id } });
      return;
    case 'badge':
      return badge(scan, viaBox, navigate);
    case 'lot':
    case 'material':
    case 'logistic_unit':
      return label(scan);
    case 'unknown':
      return unknown(scan, navigate);
  }
}

async function badge(scan: Scan, viaBox: boolean, navigate: Place['navigate']): Promise<void> {
  try {
    const session = await post<EdgeSession>('/auth/badge', viaBox ? { scan: scan.id } : { badge: scan.code });
    toast('good', i18next.t('signin.welcome', { name: session.user.name }));
    const url = new URL(window.location.href);
    if (url.pathname === '/login') await navigate({ to: url.searchParams.get('next') ?? '/' });
    await signedOn(session);
  } catch (error) {
    toast('bad', reasonOf(error));
  }
}

/** The station an order is logged at: the scan's, else the one on screen, else the first of all. */
function stationOf(scan: Scan, here: number | null): number | null {
  const machines = queries.getQueryData<MachineList>(['machines'])?.machines ?? [];
  const running = machines.find((m) => m.current_work_order?.id === scan.work_order_id);
  return scan.machine_id ?? running?.id ?? here ?? scan.station ?? machines[0]?.id ?? null;
}

/** Says what the label says; no page of the edge is about lots or articles yet. */
function label(scan: Scan): void {
  const { gtin, lot, serial, sscc, expires_on: until } = scan.label ?? {};
  const parts = [lot, serial, gtin, sscc, until].filter((part) => part !== undefined);
  toast('info', `${i18next.t(`scan.kind.${scan.kind}`)}: ${parts.join(' · ')}`);
}

function unknown(scan: Scan, navigate: Place['navigate']): void {
  const { code, problem } = scan;
  toast('bad', problem === undefined ? i18next.t('scan.unknown', { code }) : i18next.t('scan.problem', { code, problem: said(problem) }), {
    label: i18next.t('scan.typeIt'),
    run: () => void navigate({ to: '/scanner' }),
  });
}
