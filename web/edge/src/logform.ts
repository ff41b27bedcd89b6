/**
 * The log form's rules, so that a person hears of a mistake before sending. Pure.
 * The server decides all the same; quantity completed is gross and includes scrap.
 */
import { roundHalfEven, type NewProductionLog } from '@unison/ui-kit';
import type { LogDraft } from './entry';

export interface LogIssue {
  field: 'good' | 'scrap' | 'hours';
  /** Key of the text, with what it needs. */
  key: 'log.bad.quantity' | 'log.bad.left' | 'log.bad.hours';
  left?: number;
}

const HOURS_MAX = 24;
const HOUR_MS = 3_600_000;

const whole = (text: string): number => (text.trim() === '' ? 0 : /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);

export function hoursOf(text: string): number {
  const trimmed = text.trim().replace(',', '.');
  return /^\d{0,2}(\.\d{0,6})?$/.test(trimmed) && /\d/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

export function issuesOf(draft: LogDraft, left: number): LogIssue[] {
  const issues: LogIssue[] = [];
  const good = whole(draft.good);
  const scrap = whole(draft.scrap);
  const hours = hoursOf(draft.hours);
  if (Number.isNaN(good)) issues.push({ field: 'good', key: 'log.bad.quantity' });
  if (Number.isNaN(scrap)) issues.push({ field: 'scrap', key: 'log.bad.quantity' });
  if (good + scrap === 0) issues.push({ field: 'good', key: 'log.bad.quantity' });
  if (good + scrap > left) issues.push({ field: 'good', key: 'log.bad.left', left });
  if (!(hours > 0 && hours <= HOURS_MAX)) issues.push({ field: 'hours', key: 'log.bad.hours' });
  return issues;
}

export function bodyOf(draft: LogDraft, workOrderId: number, machineId: number): NewProductionLog {
  const scrap = whole(draft.scrap);
  const reasons = Object.entries(fitReasons(draft.reasons ?? {}, scrap));
  return {
    uuid: draft.uuid,
    work_order_id: workOrderId,
    quantity_completed: whole(draft.good) + scrap,
    quantity_rejected: scrap,
    hours_worked: hoursOf(draft.hours),
    machine_id: machineId,
    ...(draft.notes.trim() ? { notes: draft.notes.trim() } : {}),
    ...(reasons.length > 0 ? { scrap_reasons: reasons.map(([scrap_reason_code, quantity]) => ({ scrap_reason_code, quantity })) } : {}),
  };
}

/** What a tap on a reason does: it takes the units that have none yet, else one from the reason that has most. */
export function tapReason(reasons: Record<string, number>, code: string, scrap: number): Record<string, number> {
  const kept = fitReasons(reasons, scrap);
  const free = scrap - Object.values(kept).reduce((sum, n) => sum + n, 0);
  if (free > 0) return { ...kept, [code]: (kept[code] ?? 0) + free };
  const most = Object.entries(kept).filter(([other]) => other !== code).sort(([, a], [, b]) => b - a)[0];
  return most ? fitReasons({ ...kept, [most[0]]: most[1] - 1, [code]: (kept[code] ?? 0) + 1 }, scrap) : kept;
}

/** Reasons never explain more units than were rejected: those that have most give up first. */
export function fitReasons(reasons: Record<string, number>, scrap: number): Record<string, number> {
  const fitted = { ...reasons };
  let over = Object.values(fitted).reduce((sum, n) => sum + n, 0) - scrap;
  for (const [code, n] of Object.entries(fitted).sort(([, a], [, b]) => b - a)) {
    const given = Math.min(n, Math.max(0, over));
    fitted[code] = n - given;
    over -= given;
  }
  return Object.fromEntries(Object.entries(fitted).filter(([, n]) => n > 0));
}

/** Rejected units of a draft; 0 while the text is no number. */
export const scrapOf = (draft: LogDraft): number => whole(draft.scrap) || 0;

/** The counter's growth since the last log, cut to what the order still takes: scrap first, it is the rarer truth. */
export function suggestCounts(grown: { good: number; rejected: number }, left: number): { good: number; scrap: number } {
  const scrap = Math.min(Math.max(0, grown.rejected), left);
  return { scrap, good: Math.min(Math.max(0, grown.good), left - scrap) };
}

/** Hours since whichever came last: the last log, the start of the order, the start of the shift. */
export function suggestHours(now: number, marks: readonly (string | null | undefined)[]): string {
  const times = marks.map((m) => (m ? Date.parse(m) : Number.NaN)).filter((t) => !Number.isNaN(t) && t <= now);
  if (times.length === 0) return '';
  const hours = Math.min(HOURS_MAX, (now - Math.max(...times)) / HOUR_MS);
  const text = roundHalfEven(hours, 2).replace(/\.?0+$/, '');
  return Number(text) > 0 ? text : '';
}
