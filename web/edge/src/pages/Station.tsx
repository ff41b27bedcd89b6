/**
 * One station: what the machine does, how the shift stands, the last eight hours, and six big buttons. No scrolling.
 */
import {
  decimal, Failure, LiveZone, Loaded, needsReason, NONE, percent, oeeColour, Ribbon, shownState, Skeletons, span, StateGlyph,
  clock, said, toast, units, useServerNow, useTexts,
  type AllowedAction, type Machine, type StationView, type WorkOrder, type WorkOrderVerb,
} from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { entryIsOpen, isPutOff } from '../entry';
import { flagWord } from '../flags';
import { Orders } from '../parts/Orders';
import { ordersOf, RIBBON_MS, useDowntimes, useMachine, useOrders, useRibbon, useStation, useStationInfo } from '../reads';
import { moveOrder } from '../writes';
import { HelpLine } from './Help';

export function Station({ id, view }: { id: number; view?: 'orders' }) {
  const { t } = useTexts();
  const station = useStation(id);
  const live = useMachine(id);
  useOpenStop(id, station.data, view === undefined);
  return (
    <Loaded query={station} what={t('station.what')} skeleton={<div className="station"><Skeletons count={1} height={110} /><Skeletons count={1} height={260} /><Skeletons count={1} height={90} /></div>}>
      {(data) => {
        const machine = live ?? data.machine;
        if (view === 'orders') return <Orders machine={machine} />;
        return (
          <section className="station" aria-label={machine.name} data-testid="station">
            <Band machine={machine} readAt={station.dataUpdatedAt} />
            <Figures data={data} />
            <Shift id={id} data={data} />
            <Buttons machine={machine} data={data} />
          </section>
        );
      }}
    </Loaded>
  );
}

/** A stop without a reason opens its page by itself, once, and never over an entry. */
function useOpenStop(id: number, data: StationView | undefined, mayOpen: boolean): void {
  const navigate = useNavigate();
  const stop = data?.open_downtime;
  const uuid = stop && stop.reason_code === 'unclassified' ? stop.id : null;
  useEffect(() => {
    if (uuid && mayOpen && !entryIsOpen() && !isPutOff(uuid)) void navigate({ to: '/m/$id/stop/$uuid', params: { id, uuid } });
  }, [id, uuid, mayOpen, navigate]);
}

function Band({ machine, readAt }: { machine: Machine; readAt: number }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = useStationInfo().data?.timezone;
  const shown = shownState(machine);
  const silent = shown === 'no_data';
  const reason = needsReason(machine) ? t('state.untagged') : machine.downtime_reason;
  return (
    <LiveZone zone={zone} className="band-zone" readAt={readAt}>
      <div className={`band band-${shown}`} data-testid="state-band" data-state={shown}>
        <StateGlyph shown={shown} size={56} />
        <div className="band-word">
          <b>{t(`state.${shown}`)}</b>
          <span>
            {silent ? t('live.noDataSince', { time: clock(machine.seen_at, zone, language) })
            : machine.since ? t('common.for', { span: span(now - Date.parse(machine.since)) }) : ''}
            {reason && !silent ? ` · ${reason}` : ''}
            {silent ? '' : machine.flags.map((flag) => ` · ${flagWord(t, flag)}`)}
          </span>
        </div>
        <div className="band-machine">
          <b>{machine.machine_code}</b>
          <span>{machine.name}</span>
        </div>
      </div>
    </LiveZone>
  );
}

function Figures({ data }: { data: StationView }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const target = data.target;
  const share = target ? Math.min(100, (data.good / target) * 100) : 0;
  const pace = target && data.target_now !== null ? Math.min(100, (data.target_now / target) * 100) : null;
  const lead = data.target_now === null ? null : data.good - data.target_now;
  return (
    <LiveZone className="figures-zone" quiet zone={zone}>
      <div className="figures">
        <div className="count">
          <p className="count-label">{t('station.good')}{data.shift ? ` · ${t('station.shift', { name: data.shift.name, time: clock(data.shift.ends_at, zone, language) })}` : ''}</p>
          <p className="count-number"><span data-testid="good-count">{units(data.good, language)}</span>{target !== null && <small> / {units(target, language)}</small>}</p>
          {target !== null && (
            <div className="pace" role="img" aria-label={t('station.paceLabel', { now: units(data.target_now, language) })}>
              <svg width="100%" height="26" aria-hidden>
                <rect className="pace-ground" width="100%" height="14" y="6" rx="7" />
                <rect className={`pace-fill ${lead !== null && lead < 0 ? 'pace-behind' : ''}`} width={`${share}%`} height="14" y="6" rx="7" />
                {pace !== null && <rect className="pace-tick" x={`${pace}%`} y="0" width="4" height="26" rx="2" />}
              </svg>
            </div>
          )}
          <p className="count-pace" data-testid="pace">
            {lead === null ? t('station.noTarget') : lead < 0 ? t('station.behind', { count: -lead, units: units(-lead, language) }) : lead > 0 ? t('station.ahead', { count: lead, units: units(lead, language) }) : t('station.onPace')}
          </p>
        </div>
        <dl className="facts">
          <Fact label={t('station.scrap')} value={units(data.rejected, language)} testId="scrap-count" />
          <Fact label={t('station.oee')} value={percent(data.oee?.oee, language)} tone={oeeColour(data.oee?.oee ?? null)} note={data.oee ? t('station.coverage', { percent: percent(data.oee.coverage, language) }) : undefined} />
          <OrderFact order={data.work_order} />
        </dl>
      </div>
    </LiveZone>
  );
}

function Fact({ label, value, note, tone, testId }: { label: string; value: string; note?: string; tone?: string; testId?: string }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd className={tone ? `tone-${tone}` : undefined} data-testid={testId}>{value}{note && <small>{note}</small>}</dd>
    </div>
  );
}

function OrderFact({ order }: { order: WorkOrder | null }) {
  const { t, language } = useTexts();
  if (!order) return <Fact label={t('station.order')} value={NONE} note={t('floor.noOrder')} />;
  return (
    <div className="fact fact-order" data-testid="current-order">
      <dt>{order.work_order_number} · {t(`wo.${order.status}`)}</dt>
      <dd>
        <span className="fact-title">{order.title}</span>
        <small data-testid="order-progress">{t('station.progress', { done: units(order.quantity_completed, language), of: units(order.quantity_ordered, language), percent: decimal(order.progress_percent, language, 1) })}</small>
      </dd>
    </div>
  );
}

function Shift({ id, data }: { id: number; data: StationView }) {
  const { t } = useTexts();
  const now = useServerNow(10_000);
  const navigate = useNavigate();
  const zone = useStationInfo().data?.timezone;
  const ribbon = useRibbon(id);
  const stops = useDowntimes(id).data?.downtime_events ?? data.recent_downtimes;
  const untagged = new Set([...stops, ...(data.open_downtime ? [data.open_downtime] : [])].filter((d) => d.reason_code === 'unclassified').map((d) => d.id));
  return (
    <div className="shift">
      {ribbon.data ? (
        <LiveZone quiet zone={zone}>
          <Ribbon ribbon={ribbon.data} from={now - RIBBON_MS} to={now} untagged={untagged} zone={zone} height={84} onStop={(uuid) => void navigate({ to: '/m/$id/stop/$uuid', params: { id, uuid } })} />
        </LiveZone>
      ) : ribbon.isError ? <Failure what={t('station.ribbon')} error={ribbon.error} retry={() => void ribbon.refetch()} /> : <Skeletons count={1} height={84} />}
    </div>
  );
}

const find = (order: WorkOrder | null, verb: WorkOrderVerb): AllowedAction | undefined => order?.allowed_actions.find((a) => a.action === verb);

/** The one verb that moves the order on: start, pause or resume. */
export function mainVerb(order: WorkOrder | null): 'start' | 'pause' | 'resume' {
  if (order?.status === 'in_progress') return 'pause';
  return order?.status === 'paused' ? 'resume' : 'start';
}

function Buttons({ machine, data }: { machine: Machine; data: StationView }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  // Nothing runs here: then the first order that waits for this machine can be started.
  const waiting = useOrders().data?.work_orders ?? [];
  const order = data.work_order ?? ordersOf(machine, waiting).find((o) => o.status !== 'in_progress') ?? null;
  const verb = mainVerb(order);
  const openStop = data.open_downtime?.id ?? machine.open_downtime_id;
  const log = find(order, 'log');
  const noOrder = order ? null : t('station.noOrderReason');
  return (
    <div className="six">
      <BigButton main label={t('action.log')} testId="log-production" refused={noOrder ?? refusal(log)} run={() => order && void navigate({ to: '/m/$id/log', params: { id: machine.id }, search: { wo: order.id } })} />
      <BigButton alarm={openStop !== null && needsReason(machine)} label={openStop ? t('stop.give') : t('stop.report')} testId="stop-button" refused={null} run={() => void navigate({ to: '/m/$id/stop/$uuid', params: { id: machine.id, uuid: openStop ?? 'new' } })} />
      <BigButton label={verb === 'pause' || !order ? t(`action.${verb}`) : t('station.verbOrder', { verb: t(`action.${verb}`), number: order.work_order_number })} testId={`wo-${verb}`} refused={noOrder ?? refusal(find(order, verb))} run={() => order && void moveOrder(order, verb, machine.id)} />
      <BigButton label={t('action.complete')} testId="wo-complete" refused={noOrder ?? refusal(find(order, 'complete'))} run={() => order && void moveOrder(order, 'complete', machine.id)} />
      <Link to="/m/$id" params={{ id: machine.id }} search={{ view: 'orders' }} className="big" data-testid="work-orders">{t('station.orders')}</Link>
      <Link to="/m/$id/help" params={{ id: machine.id }} className={`big ${machine.help_calls.length > 0 ? 'big-called' : ''}`} data-testid="call-help">{t('help.title')}<HelpLine calls={machine.help_calls} /></Link>
    </div>
  );
}

/** The server's reason; a verb the server does not list is not refused by the page. */
export function refusal(action: AllowedAction | undefined): string | null {
  return action && !action.allowed ? said(action.reason ?? '') : null;
}

interface BigButtonProps {
  label: ReactNode;
  /** Why not, or null when it may be pressed. */
  refused: string | null;
  run?: () => void;
  testId: string;
  main?: boolean;
  alarm?: boolean;
}

export function BigButton({ label, refused, run, testId, main = false, alarm = false }: BigButtonProps) {
  const no = refused !== null;
  return (
    <button
      type="button"
      className={`big ${main ? 'big-main' : ''} ${alarm ? 'big-alarm' : ''}`}
      data-testid={testId}
      aria-disabled={no || undefined}
      onClick={() => (no ? refused && toast('info', refused) : run?.())}
    >
      {label}
      {no && refused && <small>{refused}</small>}
    </button>
  );
}
