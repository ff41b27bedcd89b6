/**
 * The hand-over of a shift: what happened on the left, what the next shift has to know on the right. What the shift
 * before left is on top until somebody who wrote none of it acknowledges it.
 */
import {
  clock, day, decimal, Empty, Failure, LiveZone, Loaded, percent, said, Skeletons, span, units, useServerNow, useTexts, uuidv7,
  type Downtime, type DueShift, type Handover as Written, type NewHandover, type WorkOrder,
} from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { holdEntry } from '../entry';
import { flagWord } from '../flags';
import { beginDraft, bodyOf, draftOf, draftsOfOthers, dropDraft, hasDraft, keepDraft, takeOver, together, writtenMeanwhile, type Author, type HandoverDraft, type IssueDraft } from '../handover';
import type { Entry } from '../outbox/store';
import { useDueShifts, useFigures, useMachines, useOrders, useShiftStops, useStationInfo, useWaitingHandovers } from '../reads';
import { whyNotTaken } from '../refusals';
import { currentUser, outbox } from '../services';
import { useIsUserKnown, useUser, write } from '../session';
import { acknowledgeHandover, handOver } from '../writes';

/** Shifts to choose from; older ones only when something unsent of them is kept here. */
const SHIFTS_SHOWN = 4;
/** Stops that are shown at once; all by a touch. */
const STOPS_SHOWN = 8;

const nameOf = (shift: Pick<DueShift, 'shift_id' | 'date'>) => `${shift.shift_id}.${shift.date}`;

export function Handover() {
  const { t, language } = useTexts();
  const due = useDueShifts();
  const zone = useStationInfo().data?.timezone;
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <section className="sheet" aria-labelledby="handover-title" data-testid="handover">
      <header className="sheet-head">
        <Link to="/" className="back">← {t('nav.floor')}</Link>
        <h1 id="handover-title">{t('handover.title')}</h1>
      </header>
      <Waiting />
      <Loaded query={due} what={t('handover.shifts')} skeleton={<Skeletons count={2} height={180} />}>
        {({ shifts }) => {
          const shift = shifts.find((s) => nameOf(s) === chosen) ?? shifts[0];
          if (!shift) return <Empty title={t('handover.noShift')} hint={t('handover.noShiftHint')} />;
          return (
            <>
              <div className="began" role="group" aria-label={t('handover.which')}>
                {shifts.filter((s, i) => i < SHIFTS_SHOWN || hasDraft(s)).map((s) => (
                  <button key={nameOf(s)} type="button" className="chip" aria-pressed={nameOf(s) === nameOf(shift)} data-testid="handover-shift" onClick={() => setChosen(nameOf(s))}>
                    {s.shift_name} {day(s.starts_at, zone, language)}, {clock(s.starts_at, zone, language)}–{clock(s.ends_at, zone, language)}{s.handover ? ' ✓' : ''}
                  </button>
                ))}
              </div>
              <div className="handover">
                <Facts shift={shift} />
                <Drafts shift={shift} />
              </div>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** What others left and nobody acknowledged yet. */
function Waiting() {
  const { t } = useTexts();
  const waiting = useWaitingHandovers();
  const due = useDueShifts().data?.shifts ?? [];
  const now = useServerNow(60_000);
  if (waiting.isError) return <Failure what={t('handover.waiting')} error={waiting.error} retry={() => void waiting.refetch()} />;
  const others = (waiting.data?.shift_handovers ?? []).filter((h) => isForReading(h, due, now));
  return <>{others.map((h) => <Left key={h.id} handover={h} />)}</>;
}

/** That of a shift that is on is still being written. */
export function isForReading(handover: Written, due: DueShift[], now: number): boolean {
  const shift = due.find((s) => nameOf(s) === nameOf(handover));
  return !shift || Date.parse(shift.ends_at) <= now;
}

function Left({ handover }: { handover: Written }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const machines = useMachines().data?.machines ?? [];
  const action = handover.allowed_actions.find((a) => a.action === 'acknowledge');
  const refused = action && !action.allowed && action.reason ? said(action.reason) : null;
  return (
    <article className="card handover-left" data-testid="handover-left">
      <h2>{t('handover.left', { shift: handover.shift_name, date: handover.date })}</h2>
      <p className="dim">{t('handover.by', { name: handover.logged_by.name, time: clock(handover.logged_at, zone, language) })}</p>
      <p className="handover-notes">{handover.handover_notes}</p>
      {handover.issues.length > 0 && (
        <ul>{handover.issues.map((issue, i) => <li key={i}><b>{machines.find((m) => m.id === issue.machine_id)?.machine_code ?? t('handover.place')}</b> {issue.description}</li>)}</ul>
      )}
      {handover.wip_work_orders.length > 0 && (
        <ul>{handover.wip_work_orders.map((o) => (
          <li key={o.work_order_id}><b>{o.work_order_number}</b> {t(`wo.${o.status}`)}, {decimal(o.percent_complete ?? null, language, 1)} %{o.blocked_reason ? ` · ${t('handover.blocked')}: ${o.blocked_reason}` : ''}</li>
        ))}</ul>
      )}
      <button type="button" className="big big-main" data-testid="acknowledge" aria-disabled={refused ? true : undefined} onClick={() => refused === null && void acknowledgeHandover(handover)}>
        {t('handover.acknowledge')}
        {refused && <small>{refused}</small>}
      </button>
    </article>
  );
}

function Facts({ shift }: { shift: DueShift }) {
  const { t, language } = useTexts();
  const now = useServerNow(60_000);
  const zone = useStationInfo().data?.timezone;
  const isOver = Date.parse(shift.ends_at) <= now;
  // Whole minutes, so that the question stays the same between two looks.
  const to = isOver ? shift.ends_at : new Date(Math.max(Math.floor(now / 60_000) * 60_000, Date.parse(shift.starts_at) + 60_000)).toISOString();
  const figures = useFigures(shift.starts_at, to);
  const stops = useShiftStops(shift.starts_at, to);
  return (
    <article className="card" aria-label={t('handover.facts')}>
      <h2>{isOver ? t('handover.factsOver') : t('handover.factsSoFar', { time: clock(shift.ends_at, zone, language) })}</h2>
      <Loaded query={figures} what={t('handover.facts')} skeleton={<Skeletons count={3} height={40} />}>
        {({ rows }) => (
          <LiveZone quiet zone={zone}>
            <table className="figure-change" data-testid="handover-figures">
              <thead><tr><th scope="col">{t('handover.machine')}</th><th scope="col">{t('station.good')}</th><th scope="col">{t('station.scrap')}</th><th scope="col">OEE</th><th scope="col">{t('handover.stops')}</th></tr></thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.key}><th scope="row">{row.label}</th><td>{units(row.oee.good, language)}</td><td>{units(row.oee.rejected, language)}</td><td>{percent(row.oee.oee, language)}</td><td>{decimal(row.stop_minutes, language, 0)} min</td></tr>
                ))}
              </tbody>
            </table>
          </LiveZone>
        )}
      </Loaded>
      <Loaded query={stops} what={t('handover.stops')}>
        {({ downtime_events: list }) => <Stops list={list} />}
      </Loaded>
    </article>
  );
}

/** What nobody gave a reason for comes first: now is the last good moment. */
function Stops({ list }: { list: Downtime[] }) {
  const { t, language } = useTexts();
  const now = useServerNow(60_000);
  const zone = useStationInfo().data?.timezone;
  const isOpen = (d: Downtime) => d.reason_code === 'unclassified';
  const length = (d: Downtime) => (d.ended_at ? Date.parse(d.ended_at) : now) - Date.parse(d.started_at);
  const [isWhole, setWhole] = useState(false);
  const sorted = [...list].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || length(b) - length(a));
  if (sorted.length === 0) return <p className="dim">{t('handover.noStops')}</p>;
  const missing = list.filter(isOpen).length;
  return (
    <>
      <p className="dim" data-testid="handover-stop-count">{t('handover.stopCount', { count: list.length })}{missing > 0 && ` · ${t('handover.stopsMissing', { count: missing })}`}</p>
      <ul className="entries" aria-label={t('handover.stops')}>
        {(isWhole ? sorted : sorted.slice(0, STOPS_SHOWN)).map((d) => (
          <li key={d.id} className="entry-row">
            <p><b>{d.machine_code} · {span(length(d))}</b><span>{clock(d.started_at, zone, language)} · {isOpen(d) ? t('state.untagged') : d.downtime_reason}{d.flags.map((flag) => ` · ${flagWord(t, flag)}`)}</span></p>
            {isOpen(d) && <Link to="/m/$id/stop/$uuid" params={{ id: d.machine_id, uuid: d.id }} className="back">{t('stop.give')}</Link>}
          </li>
        ))}
      </ul>
      {!isWhole && sorted.length > STOPS_SHOWN && <button type="button" className="back" data-testid="handover-all-stops" onClick={() => setWhole(true)}>{t('handover.allStops')}</button>}
    </>
  );
}

/** On a shared device somebody else may have begun one: theirs is not shown, and not sent, as if it were one's own. */
function Drafts({ shift }: { shift: DueShift }) {
  const user = useUser();
  const isKnown = useIsUserKnown();
  const [own, setOwn] = useState<string | null>(null);
  // What was taken over is kept elsewhere; this only reads it anew.
  const [, setTaken] = useState(0);
  if (!isKnown) return <Skeletons count={1} height={180} />;
  const place = `${nameOf(shift)}.${user?.id ?? ''}`;
  const others = shift.handover?.acknowledged_at || draftOf(shift, user) || own === place ? [] : draftsOfOthers(shift, user);
  if (others.length > 0) return <Others shift={shift} drafts={others} onTaken={() => setTaken((n) => n + 1)} onOwn={() => setOwn(place)} />;
  return <Writing key={place} shift={shift} author={user && { id: user.id, name: user.name }} />;
}

function Others({ shift, drafts, onTaken, onOwn }: { shift: DueShift; drafts: HandoverDraft[]; onTaken: () => void; onOwn: () => void }) {
  const { t } = useTexts();
  const goOn = (draft: HandoverDraft): Promise<void> =>
    write(t('signin.to.handover'), () => {
      const user = currentUser();
      // They signed on to go on with their own: there it is.
      if (user && user.id !== draft.author?.id) takeOver(shift, draft, { id: user.id, name: user.name });
      onTaken();
      return Promise.resolve();
    });
  return (
    <article className="card" aria-label={t('handover.notes')} data-testid="handover-drafts">
      <h2>{t('handover.notes')}</h2>
      {drafts.map((draft) => (
        <div key={draft.author?.id ?? ''} className="u-strip" role="status">
          <p>{draft.author ? t('handover.draftBy', { name: draft.author.name }) : t('handover.draftBySomebody')}</p>
          <button type="button" className="back" data-testid="draft-continue" onClick={() => void goOn(draft)}>{t('handover.draftContinue')}</button>
        </div>
      ))}
      <button type="button" className="big big-main" data-testid="draft-own" onClick={onOwn}>{t('handover.draftOwn')}</button>
    </article>
  );
}

function Writing({ shift, author }: { shift: DueShift; author: Author }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const orders = useOrders();
  const [draft, setDraft] = useState<HandoverDraft>(() => beginDraft(shift, uuidv7(), author));
  const [wrong, setWrong] = useState(false);
  useEffect(holdEntry, []);
  const waits = useWaiting(shift);
  if (shift.handover?.acknowledged_at) {
    const unsent = draftOf(shift, author) && draft.notes.trim() !== shift.handover.handover_notes ? draft.notes : null;
    return <article className="card"><h2>{t('handover.notes')}</h2><p className="handover-notes">{shift.handover.handover_notes}</p><p className="dim" data-testid="handover-done">{t('handover.isAcknowledged', { name: shift.handover.acknowledged_by?.name ?? '' })}</p>{unsent && <div className="u-strip" role="status"><p>{t('handover.unsent')}</p><p className="handover-notes">{unsent}</p></div>}</article>;
  }
  const change = (next: HandoverDraft): void => {
    setDraft(next);
    setWrong(false);
    keepDraft(shift, next);
  };
  const open = (orders.data?.work_orders ?? []).filter((o) => o.status === 'in_progress' || o.status === 'paused');
  const other = writtenMeanwhile(shift, draft);
  const save = (): void => {
    if (draft.notes.trim() === '') return setWrong(true);
    // What only waits is kept: it may yet be refused.
    void handOver(bodyOf(shift, draft, open), shift.shift_name, (isTaken) => {
      if (isTaken) dropDraft(shift, author);
      void navigate({ to: '/' });
    });
  };
  return (
    <form className="card" noValidate aria-label={t('handover.notes')} onSubmit={(event) => { event.preventDefault(); save(); }}>
      <h2>{t('handover.notes')}</h2>
      {other && (
        <div className="u-strip" role="alert" data-testid="handover-other">
          <p>{t('handover.meanwhile', { name: other.logged_by.name })}</p>
          <p className="handover-notes">{other.handover_notes}</p>
          <button type="button" className="back" onClick={() => change(together(other, draft))}>{t('handover.together')}</button>
        </div>
      )}
      {waits && <p className="u-strip" role="status" data-testid="handover-queued">{waits.state === 'failed' ? t('handover.refused', { reason: whyNotTaken(waits) }) : t('handover.queued')}</p>}
      <label className="notes">
        <span>{t('handover.notesLabel')} <b className="required" aria-hidden>*</b></span>
        <textarea rows={6} required value={draft.notes} maxLength={4000} aria-invalid={wrong} data-testid="handover-notes" onChange={(event) => change({ ...draft, notes: event.target.value })} />
        {wrong && <b className="required" role="alert">{t('handover.notesMissing')}</b>}
      </label>
      <Orders orders={open} draft={draft} onChange={change} />
      <Issues draft={draft} onChange={change} />
      <button type="submit" className="big big-main" data-testid="handover-save" disabled={other !== null}>{shift.handover ? t('handover.again') : t('handover.save')}</button>
    </form>
  );
}

/** What of this shift waits on this device, or was refused. */
function useWaiting(shift: DueShift): Entry | undefined {
  const { entries } = useSyncExternalStore(outbox.watch, outbox.current);
  const isOf = (body: NewHandover) => body.shift_id === shift.shift_id && body.date === shift.date;
  return entries.find((entry) => entry.kind === 'handover' && isOf(entry.body as NewHandover));
}

interface Part {
  draft: HandoverDraft;
  onChange: (draft: HandoverDraft) => void;
}

function Orders({ orders, draft, onChange }: Part & { orders: WorkOrder[] }) {
  const { t, language } = useTexts();
  if (orders.length === 0) return null;
  return (
    <fieldset className="plain">
      <legend>{t('handover.orders')}</legend>
      {orders.map((o) => (
        <label key={o.id} className="notes">
          <span><b>{o.work_order_number}</b> {t(`wo.${o.status}`)}, {decimal(o.progress_percent, language, 1)} %</span>
          <input value={draft.blocked[String(o.id)] ?? ''} maxLength={500} placeholder={t('handover.blockedHint')} onChange={(event) => onChange({ ...draft, blocked: { ...draft.blocked, [String(o.id)]: event.target.value } })} />
        </label>
      ))}
    </fieldset>
  );
}

function Issues({ draft, onChange }: Part) {
  const { t } = useTexts();
  const machines = useMachines().data?.machines ?? [];
  const change = (at: number, next: Partial<IssueDraft>) => onChange({ ...draft, issues: draft.issues.map((issue, i) => (i === at ? { ...issue, ...next } : issue)) });
  return (
    <fieldset className="plain">
      <legend>{t('handover.issues')}</legend>
      {draft.issues.map((issue, i) => (
        <div key={i} className="issue">
          <select aria-label={t('handover.issueMachine')} value={issue.machineId} onChange={(event) => change(i, { machineId: event.target.value })}>
            <option value="">{t('handover.place')}</option>
            {machines.map((m) => <option key={m.id} value={m.id}>{m.machine_code}</option>)}
          </select>
          <input aria-label={t('handover.issueText')} value={issue.text} maxLength={500} data-testid="issue-text" onChange={(event) => change(i, { text: event.target.value })} />
          <button type="button" className="back" aria-label={t('handover.dropIssue')} onClick={() => onChange({ ...draft, issues: draft.issues.filter((_, at) => at !== i) })}>×</button>
        </div>
      ))}
      <button type="button" className="back" data-testid="add-issue" disabled={draft.issues.length >= 30} onClick={() => onChange({ ...draft, issues: [...draft.issues, { machineId: '', text: '' }] })}>+ {t('handover.addIssue')}</button>
    </fieldset>
  );
}
