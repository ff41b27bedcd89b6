/**
 * The operator's writes. Logs and stop reasons wait in the outbox when the edge is away;
 * work order verbs do not, because only the edge can say whether they are allowed.
 */
import {
  ApiError, call, post, toast, uuidv7,
  type Downtime, type DowntimeReason, type EditAnswer, type NewDowntime, type NewProductionLog, type ProductionLog, type WorkOrder, type WorkOrderVerb,
} from '@unison/ui-kit';
import i18next from 'i18next';
import { dropDraft, putOff } from './entry';
import type { EntryKind } from './outbox/store';
import { currentUser, outbox, refreshWork } from './services';
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
  try {
    return await call<T>(entry.path, { method: entry.method, body: entry.body, idempotencyKey: entry.uuid });
  } catch (error) {
    const user = currentUser();
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
    if (answer) toast('good', answer.message);
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
    try {
      await post<EditAnswer>(`/downtime-events/${stop.id}/${kind}`, body);
    } catch (error) {
      if (error instanceof ApiError && error.unreachable) {
        toast('bad', i18next.t('error.unreachable'));
        return;
      }
      throw error;
    }
    toast('good', said);
    refreshWork();
    done();
  });
}

/** The station's machine goes along: an order of a lane runs where it was started. */
export function moveOrder(order: WorkOrder, verb: Exclude<WorkOrderVerb, 'log'>, machineId: number): Promise<void> {
  const title = i18next.t('signin.to.order', { verb: i18next.t(`action.${verb}`), number: order.work_order_number });
  return write(title, async () => {
    try {
      await post(`/work-orders/${order.id}/${verb}`, { machine_id: machineId });
    } catch (error) {
      if (error instanceof ApiError && error.unreachable) {
        toast('bad', i18next.t('error.unreachable'));
        return;
      }
      throw error;
    }
    toast('good', i18next.t(`order.done.${verb}`, { number: order.work_order_number }));
    refreshWork();
  });
}
