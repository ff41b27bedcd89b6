/**
 * Entries in progress. A form that somebody is filling in is never stolen: no page opens over it,
 * no reload happens, and what was typed survives a sign-in or a reload.
 */
let open = 0;

export function entryIsOpen(): boolean {
  return open > 0;
}

/** For an effect: marks an entry open until the returned function is called. */
export function holdEntry(): () => void {
  open += 1;
  return () => {
    open -= 1;
  };
}

/** While a value is on its way to a machine, its end is waited for: no scan opens another page. */
let held = 0;

export const pageIsHeld = (): boolean => held > 0;

/** For an effect: holds the page until the returned function is called. */
export function holdPage(): () => void {
  held += 1;
  return () => {
    held -= 1;
  };
}

export interface LogDraft {
  uuid: string;
  good: string;
  scrap: string;
  hours: string;
  notes: string;
  /** Rejected units by code of their reason. */
  reasons?: Record<string, number>;
  /** Who typed it; nobody where nobody was signed on. */
  userId?: number | null;
}

const key = (machineId: number, workOrderId: number) => `unison.draft.log.${machineId}.${workOrderId}`;

/** What this person typed: what somebody else did is not theirs to send. */
export function readDraft(machineId: number, workOrderId: number, userId: number | null): LogDraft | null {
  try {
    const text = sessionStorage.getItem(key(machineId, workOrderId));
    const draft = text ? (JSON.parse(text) as LogDraft) : null;
    return draft && (draft.userId ?? userId) === userId ? draft : null;
  } catch {
    return null;
  }
}

export function keepDraft(machineId: number, workOrderId: number, draft: LogDraft): void {
  sessionStorage.setItem(key(machineId, workOrderId), JSON.stringify(draft));
}

export function dropDraft(machineId: number, workOrderId: number): void {
  sessionStorage.removeItem(key(machineId, workOrderId));
}

/** Stops that the operator put off: the reason page does not open by itself for them again. */
const LATER_KEY = 'unison.stops.later';
const LATER_LIMIT = 50;

export function putOff(uuid: string): void {
  const list = laterList().filter((id) => id !== uuid);
  sessionStorage.setItem(LATER_KEY, JSON.stringify([...list, uuid].slice(-LATER_LIMIT)));
}

export function isPutOff(uuid: string): boolean {
  return laterList().includes(uuid);
}

function laterList(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(LATER_KEY) ?? '[]') as string[];
  } catch {
    return [];
  }
}
