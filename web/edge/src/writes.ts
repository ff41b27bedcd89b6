/**
 * The operator's writes. Logs and stop reasons wait in the outbox when the edge is away;
 * work order verbs do not, because only the edge can say whether they are allowed.
 */
import {
  ApiError, call, post, said, toast, uuidv7,
  type Downtime, type DowntimeReason, type EditAnswer, type Handover, type HelpCall, type HelpKind, type Machine, type NewDowntime, type NewHandover, type NewProductionLog, type ProductionLog, type WorkOrder, type WorkOrderVerb,
} from '@unison/ui-kit';
import i18next from 'i18next';
import { dropDraft, putOff } from './entry';
import type { EntryKind } from './outbox/store';
import { AWAY_MS, currentUser, outbox, refreshHandovers, refreshWork, stream } from './services';
import { write } from './session';

interface QueuedWrite {
  uuid: string;
  kind: EntryKind;
  method: 'POST' | 'PATCH';
  path: string;
  body: unknown;
  label: string;
}

/** The answer, or null when the entry now waits in the outbox. */
async function sendOrQueue<T>(entry: QueuedWrite): Promise<T | null> {
  // Whoever writes it, also when they sign off while it is tried.
  const user = currentUser();
  try {
    const timeoutMs = stream.isLive() ? undefined : AWAY_MS;
    return await call<T>(entry.path, { method: entry.method, body: entry.body, idempotencyKey: entry.uuid, timeoutMs });
  } catch (error) {
    if (!(error instanceof ApiError) || !error.unreachable || !user) throw error;
    await outbox.add({ ...entry, userId: user.id, userName: user.name });
    toast('info', i18next.t('queue.queued'));
    return null;
  }
}

export function logProduction(log: NewProductionLog, order: WorkOrder, machineId: number, done: () => void): Promise<void> {
  const count = log.quantity_completed;
  const label = i18next.t('queue.label.log', { count, number: order.work_order_number });
  return write(i18next.t('signin.to.log', { count }), async () => {
    const answer = await sendOrQueue<ProductionLog>({ uuid: log.uuid, kind: 'production_log', method: 'POST', path: '/production-logs', body: log, label });
    dropDraft(machineId, order.id);
    if (answer) toast('good', said(answer.message));
    refreshWork();
    done();
  });
}

export function giveReason(stop: Downtime, reason: DowntimeReason, notes: string, done: () => void, change: () => void): Promise<void> {
  const label = i18next.t('queue.label.reason', { machine: stop.machine_code, reason: reason.name });
  return write(i18next.t('signin.to.reason'), async () => {
    const body = { downtime_reason_code: reason.code, ...(notes ? { notes } : {}) };
    const answer = await sendOrQueue<Downtime>({ uuid: uuidv7(), kind: 'downtime_reason', method: 'PATCH', path: `/downtime-events/${stop.id}`, body, label });
    putOff(stop.id);
    if (answer) toast('good', i18next.t('stop.saved', { reason: reason.name }), { label: i18next.t('stop.change'), run: change });
    refreshWork();
    done();
  });
}

export function reportStop(stop: NewDowntime & { uuid: string }, machineCode: string, reason: DowntimeReason, done: () => void): Promise<void> {
  const label = i18next.t('queue.label.reason', { machine: machineCode, reason: reason.name });
  return write(i18next.t('signin.to.reason'), async () => {
    const answer = await sendOrQueue<Downtime>({ uuid: stop.uuid, kind: 'downtime_report', method: 'POST', path: '/downtime-events', body: stop, label });
    if (answer) toast('good', i18next.t('stop.saved', { reason: reason.name }));
    refreshWork();
    done();
  });
}

/** Ends a stop that somebody reported; the signals end those they opened themselves. */
export function endStop(stop: Downtime, endedAt: string, done: () => void): Promise<void> {
  const label = i18next.t('queue.label.end', { machine: stop.machine_code });
  return write(i18next.t('signin.to.end'), async () => {
    const path = `/downtime-events/${stop.id}`;
    const answer = await sendOrQueue<Downtime>({ uuid: uuidv7(), kind: 'downtime_end', method: 'PATCH', path, body: { ended_at: endedAt }, label });
    if (answer) toast('good', i18next.t('stop.ended', { machine: stop.machine_code }));
    refreshWork();
    done();
  });
}

/** Edits move figures, so they are made only where the edge can judge them at once. */
export function editStop(stop: Downtime, kind: string, body: Record<string, unknown>, said: string, done: () => void): Promise<void> {
  return write(i18next.t('signin.to.edit'), async () => {
    if (!(await atOnce(() => post<EditAnswer>(`/downtime-events/${stop.id}/${kind}`, body), said))) return;
    refreshWork();
    done();
  });
}

/** Waits in the outbox like a log: what a shift leaves is worth as much an hour later. */
export function handOver(handover: NewHandover, shiftName: string, done: (isTaken: boolean) => void): Promise<void> {
  const label = i18next.t('queue.label.handover', { shift: shiftName });
  return write(i18next.t('signin.to.handover'), async () => {
    const answer = await sendOrQueue<Handover>({ uuid: handover.uuid, kind: 'handover', method: 'POST', path: '/shift-handovers', body: handover, label });
    if (answer) {
      // What waited of the same text, or was refused, is part of it.
      await outbox.discard(handover.uuid);
      toast('good', i18next.t('handover.saved', { shift: shiftName }));
    }
    refreshHandovers();
    done(answer !== null);
  });
}

/** Somebody of the next shift read it. Only the edge can say whether this person may. */
export function acknowledgeHandover(handover: Handover): Promise<void> {
  return write(i18next.t('signin.to.acknowledge'), async () => {
    await atOnce(() => post(`/shift-handovers/${handover.id}/acknowledge`), i18next.t('handover.acknowledged', { shift: handover.shift_name }));
    refreshHandovers();
  });
}

/** A call that arrives an hour later helps nobody, so it does not wait: without the box one hears that at once. */
export function callHelp(machine: Machine, kind: HelpKind, notes: string, done: () => void): Promise<void> {
  const uuid = uuidv7();
  return write(i18next.t('signin.to.help'), async () => {
    const body = { uuid, machine_id: machine.id, kind, ...(notes ? { notes } : {}) };
    if (await atOnce(() => post('/help-calls', body), i18next.t(`help.called.${kind}`, { machine: machine.machine_code }), i18next.t('help.away'))) done();
  });
}

export function answerHelp(call: HelpCall): Promise<void> {
  return write(i18next.t('signin.to.help'), async () => {
    await atOnce(() => post(`/help-calls/${call.id}/answer`), i18next.t('help.coming', { machine: call.machine_code }));
  });
}

export function endHelp(call: HelpCall): Promise<void> {
  return write(i18next.t('signin.to.help'), async () => {
    await atOnce(() => post(`/help-calls/${call.id}/end`, {}), i18next.t('help.over', { machine: call.machine_code }));
  });
}

/** A write that is worth nothing later. True when the edge took it. */
async function atOnce(send: () => Promise<unknown>, said: string, away = i18next.t('error.unreachable')): Promise<boolean> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof ApiError) || !error.unreachable) throw error;
    toast('bad', away);
    return false;
  }
  toast('good', said);
  return true;
}

/** The station's machine goes along: an order of a lane runs where it was started. */
export function moveOrder(order: WorkOrder, verb: Exclude<WorkOrderVerb, 'log'>, machineId: number): Promise<void> {
  const title = i18next.t('signin.to.order', { verb: i18next.t(`action.${verb}`), number: order.work_order_number });
  return write(title, async () => {
    const said = i18next.t(`order.done.${verb}`, { number: order.work_order_number });
    if (await atOnce(() => post(`/work-orders/${order.id}/${verb}`, { machine_id: machineId }), said)) refreshWork();
  });
}
