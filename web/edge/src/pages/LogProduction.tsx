/**
 * Log production: good and scrap on one screen, hours, a pad. Pre-filled with what the counter grew since the last log.
 */
import { clock, Empty, Loaded, Skeletons, units, useLive, useLiveStream, useTexts, uuidv7, type NewProductionLog, type StationView, type WorkOrder } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore, type RefObject, useRef } from 'react';
import { dropDraft, holdEntry, keepDraft, readDraft, type LogDraft } from '../entry';
import { bodyOf, fitReasons, issuesOf, scrapOf, suggestCounts, suggestHours, tapReason, type LogIssue } from '../logform';
import { AwaySince } from '../parts/AwaySince';
import { applyKey, NumberPad, type PadKey } from '../parts/NumberPad';
import { useLogs, useOrders, useScrapReasons, useStation, useStationInfo } from '../reads';
import { currentUser, outbox } from '../services';
import { logProduction, moveOrder } from '../writes';
import { BigButton, mainVerb, refusal } from './Station';

export function LogProduction({ id, workOrderId }: { id: number; workOrderId?: number }) {
  const { t } = useTexts();
  const station = useStation(id);
  const orders = useOrders();
  return (
    <Loaded query={station} what={t('action.log')} skeleton={<Skeletons count={4} height={96} />}>
      {(data) => (
        <Loaded query={orders} what={t('station.orders')} skeleton={<Skeletons count={4} height={96} />}>
          {({ work_orders: list }) => {
            const wanted = workOrderId ?? data.work_order?.id;
            const order = list.find((o) => o.id === wanted) ?? (data.work_order?.id === wanted ? data.work_order : null);
            if (!order) return <Empty title={t('log.noOrder')} hint={t('log.noOrderHint')} action={<Link to="/m/$id" params={{ id }} search={{ view: 'orders' }} className="big">{t('station.orders')}</Link>} />;
            return <Ready key={order.id} id={id} data={data} order={order} readAt={station.dataUpdatedAt} isRead={isOfNow(station)} />;
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ReadyProps {
  id: number;
  data: StationView;
  order: WorkOrder;
  readAt: number;
  /** The counts are those of now. */
  isRead: boolean;
}

/** Read since the page was opened, or just before. */
const isOfNow = ({ isFetchedAfterMount, isStale }: UseQueryResult): boolean => isFetchedAfterMount || !isStale;

/**
 * Waits for the counts and the last log as they are now, because what is suggested needs them. While the edge is away, or
 * a log of the order waits, nothing is suggested: what was counted may be in one that nobody booked yet.
 */
function Ready({ id, data, order, readAt, isRead }: ReadyProps) {
  const logs = useLogs(order.id);
  const stream = useLiveStream();
  const isAway = useLive().freshness === 'stale';
  const { entries } = useSyncExternalStore(outbox.watch, outbox.current);
  const mayBeCounted = isAway || entries.some((e) => e.kind === 'production_log' && (e.body as NewProductionLog).work_order_id === order.id);
  const [isReady, setReady] = useState(false);
  if (!isReady && (isAway || (isRead && isOfNow(logs)))) setReady(true);
  if (!isReady) return <Skeletons count={4} height={96} />;
  const last = (logs.data?.production_logs ?? []).map((l) => l.logged_at).sort().at(-1);
  const suggest = (): LogDraft => {
    if (mayBeCounted) return { uuid: uuidv7(), good: '', scrap: '0', hours: '', notes: '' };
    const grown = data.work_order?.id === order.id ? data.since_last_log : { good: 0, rejected: 0 };
    const counts = suggestCounts(grown, order.quantity_left);
    const hours = suggestHours(stream.serverNow(), [last, order.started_at, data.shift?.starts_at]);
    return { uuid: uuidv7(), good: counts.good ? String(counts.good) : '', scrap: String(counts.scrap), hours, notes: '' };
  };
  return <Form id={id} data={data} order={order} suggest={suggest} readAt={readAt} isAway={isAway} suggests={!mayBeCounted} />;
}

type Field = 'good' | 'scrap' | 'hours';
const FIELDS: readonly Field[] = ['good', 'scrap', 'hours'];
const LENGTH: Record<Field, number> = { good: 7, scrap: 7, hours: 6 };

interface FormProps {
  id: number;
  data: StationView;
  order: WorkOrder;
  suggest: () => LogDraft;
  readAt: number;
  isAway: boolean;
  suggests: boolean;
}

function Form({ id, data, order, suggest, readAt, isAway, suggests }: FormProps) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<LogDraft>(() => readDraft(id, order.id, currentUser()?.id ?? null) ?? suggest());
  const [field, setField] = useState<Field>('good');
  const [fresh, setFresh] = useState(true);
  const [issues, setIssues] = useState<LogIssue[]>([]);
  const [busy, setBusy] = useState(false);
  const reasons = useScrapReasons().data?.scrap_reasons;
  const hasReasons = (reasons?.length ?? 0) > 0;
  // A draft may be older than the list; what is not on screen is not said.
  const known = (d: LogDraft): LogDraft => (reasons ? { ...d, reasons: Object.fromEntries(Object.entries(d.reasons ?? {}).filter(([code]) => reasons.some((r) => r.code === code))) } : d);
  const inputs = { good: useRef<HTMLInputElement>(null), scrap: useRef<HTMLInputElement>(null), hours: useRef<HTMLInputElement>(null) };
  useEffect(holdEntry, []);

  const change = (next: Partial<LogDraft>): void => {
    const whole = { ...draft, ...next };
    setDraft(whole);
    setIssues([]);
    keepDraft(id, order.id, { ...whole, userId: currentUser()?.id });
  };
  const choose = (next: Field): void => {
    setField(next);
    setFresh(true);
  };
  const press = (key: PadKey): void => {
    change({ [field]: applyKey(draft[field], key, fresh, LENGTH[field]) });
    setFresh(false);
    inputs[field].current?.focus({ preventScroll: true });
  };
  const back = () => void navigate({ to: '/m/$id', params: { id } });
  const submit = async (): Promise<void> => {
    const found = issuesOf(draft, order.quantity_left);
    setIssues(found);
    const first = found[0];
    if (first) {
      choose(first.field);
      inputs[first.field].current?.focus();
      return;
    }
    keepDraft(id, order.id, { ...draft, userId: currentUser()?.id });
    setBusy(true);
    try {
      await logProduction(bodyOf(known(draft), order.id, id), order, id, back);
    } finally {
      setBusy(false);
    }
  };

  const log = order.allowed_actions.find((a) => a.action === 'log');
  const refused = refusal(log) ?? (order.status === 'in_progress' ? null : t('log.notRunning', { status: t(`wo.${order.status}`) }));
  return (
    <form className="log" aria-labelledby="log-title" data-testid="log-form" onSubmit={(event) => { event.preventDefault(); if (refused === null) void submit(); }}>
      <header className="sheet-head">
        <Link to="/m/$id" params={{ id }} className="back" data-testid="back">← {data.machine.machine_code}</Link>
        <h1 id="log-title">{t('action.log')}</h1>
        <p className="log-order"><b>{order.work_order_number}</b> {order.title}</p>
        <AwaySince readAt={readAt} />
      </header>
      <div className="log-fields">
        {FIELDS.map((name) => (
          <Entry key={name} name={name} value={draft[name]} active={field === name} issue={issues.find((i) => i.field === name)} input={inputs[name]}
            hint={name === 'good' ? <span data-testid="max-left">{t('log.left', { count: order.quantity_left, units: units(order.quantity_left, language) })}</span> : null}
            onFocus={() => choose(name)} onChange={(text) => { setFresh(false); change({ [name]: text }); }} />
        ))}
        <Reasons draft={known(draft)} onChange={change} />
        <label className="notes"><span>{t('log.notes')}</span><input value={draft.notes} maxLength={500} data-testid="notes" onFocus={() => setFresh(true)} onChange={(event) => change({ notes: event.target.value })} /></label>
        {!suggests && !isAway && <p className="log-hint" data-testid="log-waits">{t('log.waits')}</p>}
        {suggests && (scrapOf(draft) === 0 || !hasReasons) && <Hint data={data} order={order} onTake={() => { dropDraft(id, order.id); change({ ...suggest(), uuid: draft.uuid, notes: draft.notes }); }} />}
      </div>
      <NumberPad onKey={press} point={field === 'hours'} />
      <div className="log-end">
        {refused === null
          ? <button type="submit" className="big big-main" disabled={busy} data-testid="submit-log">{t('action.log')}</button>
          : <NotRunning order={order} refused={refused} machineId={id} />}
      </div>
    </form>
  );
}

function NotRunning({ order, refused, machineId }: { order: WorkOrder; refused: string; machineId: number }) {
  const { t } = useTexts();
  const verb = mainVerb(order);
  return (
    <div className="log-refused">
      <p role="status" data-testid="log-refused">{refused}</p>
      {verb !== 'pause' && <BigButton main label={t(`action.${verb}`)} testId={`wo-${verb}`} refused={refusal(order.allowed_actions.find((a) => a.action === verb))} run={() => void moveOrder(order, verb, machineId)} />}
    </div>
  );
}

/** Why units are scrap: one tap gives all that have no reason to it, further taps move one by one. */
function Reasons({ draft, onChange }: { draft: LogDraft; onChange: (next: Partial<LogDraft>) => void }) {
  const { t } = useTexts();
  const list = useScrapReasons().data?.scrap_reasons ?? [];
  const scrap = scrapOf(draft);
  if (scrap === 0 || list.length === 0) return null;
  const given = fitReasons(draft.reasons ?? {}, scrap);
  const free = scrap - Object.values(given).reduce((sum, n) => sum + n, 0);
  return (
    <div className="scrap-reasons" role="group" aria-label={t('log.why')} data-testid="scrap-reasons">
      <span>{free > 0 ? t('log.whyFree', { count: free }) : t('log.why')}</span>
      {list.map((r) => (
        <button key={r.code} type="button" className="chip" aria-pressed={(given[r.code] ?? 0) > 0} data-testid={`scrap-${r.code}`} onClick={() => onChange({ reasons: tapReason(given, r.code, scrap) })}>
          {r.name}{given[r.code] ? ` ${given[r.code]}` : ''}
        </button>
      ))}
      {free < scrap && <button type="button" className="chip" onClick={() => onChange({ reasons: {} })}>{t('log.whyClear')}</button>}
    </div>
  );
}

function Hint({ data, order, onTake }: { data: StationView; order: WorkOrder; onTake: () => void }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  if (data.work_order?.id !== order.id) return null;
  const grown = data.since_last_log;
  return (
    <p className="log-hint">
      <span>{t('log.counter', { good: units(grown.good, language), scrap: units(grown.rejected, language), time: clock(new Date().toISOString(), zone, language) })}</span>
      <button type="button" onClick={onTake} data-testid="take-counter">{t('log.take')}</button>
    </p>
  );
}

interface EntryProps {
  name: Field;
  value: string;
  active: boolean;
  issue?: LogIssue;
  hint: React.ReactNode;
  input: RefObject<HTMLInputElement | null>;
  onFocus: () => void;
  onChange: (text: string) => void;
}

function Entry({ name, value, active, issue, hint, input, onFocus, onChange }: EntryProps) {
  const { t } = useTexts();
  return (
    <div className={`entry ${active ? 'entry-active' : ''} ${issue ? 'entry-bad' : ''}`}>
      <label htmlFor={`log-${name}`}>{t(`log.${name}`)} {name !== 'scrap' && <span className="required" aria-hidden>*</span>}</label>
      <input
        id={`log-${name}`} ref={input} value={value} data-testid={`log-${name}`} autoComplete="off"
        // The pad types; the system's keyboard would cover half the screen.
        inputMode="none" aria-invalid={issue ? true : undefined} aria-describedby={`log-${name}-hint`}
        onFocus={(event) => { onFocus(); event.target.select(); }} onChange={(event) => onChange(event.target.value)}
      />
      <span className="entry-hint" id={`log-${name}-hint`}>{issue ? <b role="alert">{t(issue.key, { left: issue.left })}</b> : hint}</span>
    </div>
  );
}
