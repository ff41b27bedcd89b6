/**
 * What is being written of a shift. Kept on the device until the edge took it: a flat battery costs no sentence. Each
 * person's apart: a tablet is shared.
 */
import type { DueShift, Handover, NewHandover, User, WorkOrder } from '@unison/ui-kit';

export interface IssueDraft {
  /** Empty: the whole place. */
  machineId: string;
  text: string;
}

/** Who wrote a draft; null for somebody who was not signed on. */
export type Author = Pick<User, 'id' | 'name'> | null;

export interface HandoverDraft {
  uuid: string;
  notes: string;
  issues: IssueDraft[];
  /** By id of the work order: why it cannot go on. */
  blocked: Record<string, string>;
  /** `logged_at` of the text that this one was begun on. */
  replaces: string | null;
  /** Whoever signs on after them on a shared device does not send it as their own. */
  author: Author;
}

type Of = Pick<DueShift, 'shift_id' | 'date'>;

const key = (shift: Of) => `unison.draft.handover.${shift.shift_id}.${shift.date}`;
const isBy = (author: Author) => (draft: HandoverDraft) => (draft.author?.id ?? null) === (author?.id ?? null);

/** All that is kept here of a shift, one draft of each person. Before drafts had authors there was one, of nobody known. */
function drafts(shift: Of): HandoverDraft[] {
  const kept = localStorage.getItem(key(shift));
  if (kept === null) return [];
  try {
    const read = JSON.parse(kept) as HandoverDraft[] | Omit<HandoverDraft, 'author'>;
    return Array.isArray(read) ? read : [{ ...read, author: null }];
  } catch {
    localStorage.removeItem(key(shift));
    return [];
  }
}

function keep(shift: Of, all: HandoverDraft[]): void {
  if (all.length === 0) localStorage.removeItem(key(shift));
  else localStorage.setItem(key(shift), JSON.stringify(all));
}

/** What somebody began here, if they did. */
export const draftOf = (shift: Of, author: Author): HandoverDraft | undefined => drafts(shift).find(isBy(author));

/** What others began here. */
export const draftsOfOthers = (shift: Of, author: Author): HandoverDraft[] => drafts(shift).filter((draft) => !isBy(author)(draft));

/** What they began here, else what was written before, else nothing. */
export function beginDraft(shift: DueShift, uuid: string, author: Author): HandoverDraft {
  const kept = draftOf(shift, author);
  if (kept) return kept;
  return { ...(shift.handover ? ofHandover(shift.handover) : { uuid, notes: '', issues: [], blocked: {}, replaces: null }), author };
}

/** Somebody goes on with what another began: it is theirs from here on, after what they began themselves. */
export function takeOver(shift: DueShift, draft: HandoverDraft, author: Author): void {
  const own = draftOf(shift, author);
  const rest = drafts(shift).filter((other) => !isBy(draft.author)(other) && !isBy(author)(other));
  const notes = [own?.notes.trim() ?? '', draft.notes].filter((text) => text !== '').join('\n\n');
  keep(shift, [...rest, { ...draft, notes, issues: [...(own?.issues ?? []), ...draft.issues], blocked: { ...draft.blocked, ...own?.blocked }, author }]);
}

function ofHandover(handover: Handover): Omit<HandoverDraft, 'author'> {
  return {
    uuid: handover.id,
    notes: handover.handover_notes,
    issues: handover.issues.map((i) => ({ machineId: i.machine_id ? String(i.machine_id) : '', text: i.description })),
    blocked: Object.fromEntries(handover.wip_work_orders.flatMap((o) => (o.blocked_reason ? [[String(o.work_order_id), o.blocked_reason]] : []))),
    replaces: handover.logged_at,
  };
}

export function keepDraft(shift: Of, draft: HandoverDraft): void {
  keep(shift, [...drafts(shift).filter((other) => !isBy(draft.author)(other)), draft]);
}

export function dropDraft(shift: Of, author: Author): void {
  keep(shift, draftsOfOthers(shift, author));
}

/** Whether something unsent of this shift is kept here. */
export const hasDraft = (shift: Of): boolean => drafts(shift).length > 0;

/** The edge took what had waited: that draft is done with, unless somebody wrote on since. */
export function dropSent(sent: NewHandover): void {
  const isSent = (draft: HandoverDraft) => draft.uuid === sent.uuid && draft.notes.trim() === sent.handover_notes && JSON.stringify(issuesOf(draft)) === JSON.stringify(sent.issues);
  keep(sent, drafts(sent).filter((draft) => !isSent(draft)));
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
    author: mine.author,
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
