/**
 * What is being written of a shift. Kept on the device until the edge took it: a flat battery costs no sentence.
 */
import type { DueShift, Handover, NewHandover, WorkOrder } from '@unison/ui-kit';

export interface IssueDraft {
  /** Empty: the whole place. */
  machineId: string;
  text: string;
}

export interface HandoverDraft {
  uuid: string;
  notes: string;
  issues: IssueDraft[];
  /** By id of the work order: why it cannot go on. */
  blocked: Record<string, string>;
  /** `logged_at` of the text that this one was begun on. */
  replaces: string | null;
}

const key = (shift: Pick<DueShift, 'shift_id' | 'date'>) => `unison.draft.handover.${shift.shift_id}.${shift.date}`;

/** What was begun here, else what was written before, else nothing. */
export function beginDraft(shift: DueShift, uuid: string): HandoverDraft {
  const kept = localStorage.getItem(key(shift));
  if (kept) {
    try {
      return JSON.parse(kept) as HandoverDraft;
    } catch {
      localStorage.removeItem(key(shift));
    }
  }
  return shift.handover ? ofHandover(shift.handover) : { uuid, notes: '', issues: [], blocked: {}, replaces: null };
}

function ofHandover(handover: Handover): HandoverDraft {
  return {
    uuid: handover.id,
    notes: handover.handover_notes,
    issues: handover.issues.map((i) => ({ machineId: i.machine_id ? String(i.machine_id) : '', text: i.description })),
    blocked: Object.fromEntries(handover.wip_work_orders.flatMap((o) => (o.blocked_reason ? [[String(o.work_order_id), o.blocked_reason]] : []))),
    replaces: handover.logged_at,
  };
}

export function keepDraft(shift: DueShift, draft: HandoverDraft): void {
  localStorage.setItem(key(shift), JSON.stringify(draft));
}

export function dropDraft(shift: Pick<DueShift, 'shift_id' | 'date'>): void {
  localStorage.removeItem(key(shift));
}

/** Whether something unsent of this shift is kept here. */
export const hasDraft = (shift: Pick<DueShift, 'shift_id' | 'date'>): boolean => localStorage.getItem(key(shift)) !== null;

/** The edge took what had waited: the draft is done with, unless somebody wrote on since. */
export function dropSent(sent: NewHandover): void {
  const kept = localStorage.getItem(key(sent));
  if (kept === null) return;
  try {
    const draft = JSON.parse(kept) as HandoverDraft;
    const same = draft.notes.trim() === sent.handover_notes && JSON.stringify(issuesOf(draft)) === JSON.stringify(sent.issues);
    if (same) dropDraft(sent);
  } catch {
    dropDraft(sent);
  }
}

const issuesOf = (draft: HandoverDraft): NewHandover['issues'] =>
  draft.issues.filter((i) => i.text.trim() !== '').map((i) => ({ ...(i.machineId ? { machine_id: Number(i.machineId) } : {}), description: i.text.trim() }));

/** Somebody wrote since this draft was begun; null when nobody did. */
export function writtenMeanwhile(shift: DueShift, draft: HandoverDraft): Handover | null {
  const now = shift.handover;
  return now && now.logged_at !== draft.replaces ? now : null;
}

/** Theirs first, then mine; nothing of either is lost, and what both say stands once. */
export function together(theirs: Handover, mine: HandoverDraft): HandoverDraft {
  const other = ofHandover(theirs);
  const isKnown = (issue: IssueDraft) => other.issues.some((i) => i.machineId === issue.machineId && i.text === issue.text);
  return {
    ...other,
    notes: [other.notes, mine.notes.trim()].filter((text, i) => i === 0 || (text !== '' && !other.notes.includes(text))).join('\n\n'),
    issues: [...other.issues, ...mine.issues.filter((issue) => !isKnown(issue))],
    blocked: { ...other.blocked, ...mine.blocked },
  };
}

export function bodyOf(shift: DueShift, draft: HandoverDraft, orders: WorkOrder[]): NewHandover {
  return {
    uuid: draft.uuid,
    shift_id: shift.shift_id,
    date: shift.date,
    handover_notes: draft.notes.trim(),
    wip_work_orders: orders.map((o) => {
      const reason = draft.blocked[String(o.id)]?.trim();
      return { work_order_id: o.id, ...(reason ? { blocked_reason: reason } : {}) };
    }),
    issues: issuesOf(draft),
    ...(draft.replaces ? { replaces: draft.replaces } : {}),
  };
}
