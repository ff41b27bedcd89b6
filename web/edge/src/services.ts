/**
 * What lives once per tab: server state, the live stream, the outbox, and the wiring between them.
 */
import {
  ApiError, call, createQueries, get, LiveStream, said, toast,
  setExtraHeaders, type EdgeQueue, type EdgeSession, type Machine, type NewHandover, type Scan, type User,
} from '@unison/ui-kit';
import i18next from 'i18next';
import { entryIsOpen } from './entry';
import { dropSent } from './handover';
import { keepHere, kept } from './here';
import { headersOf, Outbox } from './outbox/outbox';
import { indexedDbStore } from './outbox/store';
import { onSignOffElsewhere, settleSignOff } from './signoff';

export const queries = createQueries();

export const stream = new LiveStream(() => '/api/v1/events', () => !entryIsOpen());

export const outbox = new Outbox({
  store: indexedDbStore(),
  // By the box's clock, which the tablet's may leave: what waits has an age.
  now: () => stream.serverNow(),
  send: (entry) => call(entry.path, { method: entry.method, body: entry.body, idempotencyKey: entry.uuid, headers: headersOf(entry, stream.serverNow()) }),
  onSignedOut: () => void queries.invalidateQueries({ queryKey: ['me'] }),
  onSent: (entry, answer) => {
    if (entry.kind === 'handover') dropSent(entry.body as NewHandover);
    const message = (answer as { message?: string } | undefined)?.message;
    toast('good', message ? said(message) : i18next.t('queue.sent', { label: entry.label }));
    refreshWork();
    if (entry.kind === 'handover') refreshHandovers();
  },
});

/** So long somebody waits for a box that is known to be away, before what they wrote waits instead. */
export const AWAY_MS = 2_000;

export interface MachineList {
  machines: Machine[];
}

/** Whoever is signed on, and until when. */
export type SignedOn = User & { expires_at?: string };

export function currentUser(): SignedOn | null {
  return queries.getQueryData<SignedOn | null>(['me']) ?? null;
}

/** 401 is an answer: nobody is signed in. */
export async function loadUser(): Promise<SignedOn | null> {
  await settleSignOff();
  try {
    return signedOnBy(await get<EdgeSession | User>('/me'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export const signedOnBy = (me: EdgeSession | User): SignedOn => ('user' in me ? { ...me.user, expires_at: me.expires_at } : me);

/** A session ends while nobody asks, too. */
function endSession(): void {
  const ends = currentUser()?.expires_at;
  if (ends !== undefined && Date.parse(ends) <= stream.serverNow()) queries.setQueryData(['me'], null);
}

/** Without a connection nothing is tried, so no try is used up: it appears, and all is sent (LOG-10). */
async function send(connected: boolean): Promise<void> {
  if (!stream.isLive() && !(await answers())) return;
  await settleSignOff().catch(() => undefined);
  await outbox.flush(currentUser()?.id ?? null, connected);
}

const ASK_MS = 60_000;
let askedAt = 0;

/** A box that sends no events may answer all the same: too many pages are open, or something in between holds them back. */
async function answers(): Promise<boolean> {
  if (outbox.current().entries.length === 0 || Date.now() - askedAt < ASK_MS) return false;
  askedAt = Date.now();
  return call('/health', { timeoutMs: AWAY_MS }).then(() => true, () => false);
}

const CLOCK = 'unison.clock';
/** Half of the least that is shown of a time. */
const CLOCK_MOVED_MS = 500;

/** How far the tablet's clock is from the box's, for a page that is opened while the box is away. */
function keepClock(): void {
  let known = Number(kept(CLOCK) ?? 0) || 0;
  stream.clockOffset = known;
  stream.on('heartbeat', () => {
    if (Math.abs(stream.clockOffset - known) < CLOCK_MOVED_MS) return;
    known = stream.clockOffset;
    keepHere(CLOCK, String(known));
  });
}

/** Whatever shows orders, counts or stops reads again; data on screen stays until the answer is here. */
export function refreshWork(): void {
  for (const key of ['station', 'work-orders', 'ribbon', 'production-logs', 'downtimes']) {
    void queries.invalidateQueries({ queryKey: [key] });
  }
}

/** What shifts leave to the next is read again. */
export function refreshHandovers(): void {
  for (const key of ['due-shifts', 'handovers']) void queries.invalidateQueries({ queryKey: [key] });
}

function takeMachines(changed: Machine[], whole: boolean): void {
  void queries.cancelQueries({ queryKey: ['machines'] });
  queries.setQueryData<MachineList>(['machines'], (old) => {
    if (whole || !old) return whole ? { machines: changed } : old;
    const byId = new Map(changed.map((m) => [m.id, m]));
    const known = new Set(old.machines.map((m) => m.id));
    return { machines: [...old.machines.map((m) => byId.get(m.id) ?? m), ...changed.filter((m) => !known.has(m.id))] };
  });
}

export type ScanHandler = (scan: Scan) => void;
let scanHandler: ScanHandler = () => undefined;
/** The page that is open decides what a pushed scan does. */
export function handlePushedScans(handler: ScanHandler): void {
  scanHandler = handler;
}

export function startServices(): void {
  // A browser has one session for all its pages; the box hears as whom this one acts.
  setExtraHeaders((method): Record<string, string> => {
    const user = currentUser();
    return user && method !== 'GET' ? { 'X-Unison-User': String(user.id) } : {};
  });
  onSignOffElsewhere(() => queries.setQueryData(['me'], null));
  keepClock();
  stream.on('snapshot', (data) => {
    const snapshot = data as { machines?: Machine[]; queue?: EdgeQueue };
    if (snapshot.machines) takeMachines(snapshot.machines, true);
    if (snapshot.queue) queries.setQueryData(['queue'], snapshot.queue);
    refreshWork();
    refreshHandovers();
    void send(true);
  });
  stream.on('machines', (data) => {
    takeMachines(data as Machine[], false);
    for (const machine of data as Machine[]) {
      void queries.invalidateQueries({ queryKey: ['station', machine.id] });
      void queries.invalidateQueries({ queryKey: ['ribbon', machine.id] });
    }
  });
  stream.on('queue', (data) => queries.setQueryData(['queue'], data as EdgeQueue));
  stream.on('downtime', refreshWork);
  stream.on('production_log', refreshWork);
  stream.on('work_order', refreshWork);
  stream.on('handover', refreshHandovers);
  stream.on('scan', (data) => scanHandler(data as Scan));
  void outbox.load();
  window.setInterval(() => {
    endSession();
    void send(false);
  }, 5_000);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void send(true);
  });
}
