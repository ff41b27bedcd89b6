/**
 * A stop after the fact: another reason, cut in two, joined with a neighbour, other times, none at all. What an edit
 * does to the figures is shown before it is saved; what was done before is listed below.
 */
import {
  ApiError, clock, dayAndClock, decimal, Empty, Failure, fromLocal, get, Loaded, NONE, percent, post, reasonOf, said, Skeletons, span, toLocal, useServerNow, useTexts, uuidv7,
  type Downtime, type DowntimeHistory, type DowntimeReason, type EditAnswer, type FigureChange,
} from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { holdEntry } from '../entry';
import { StopSignalsFold } from '../parts/StopSignalsFold';
import { useDowntimes, useReasons, useStationInfo } from '../reads';
import { useUser } from '../session';
import { editStop } from '../writes';

const KINDS = ['classify', 'split', 'merge', 'correct', 'void'] as const;
type Kind = (typeof KINDS)[number];
/** An edit as the edge takes it; null while something is missing. */
type Body = Record<string, unknown> | null;

export default function StopEdit({ id, uuid }: { id: number; uuid: string }) {
  const { t } = useTexts();
  const stop = useQuery({ queryKey: ['stop', uuid], queryFn: ({ signal }) => get<Downtime>(`/downtime-events/${uuid}`, undefined, signal) });
  const [kind, setKind] = useState<Kind>('classify');
  useEffect(holdEntry, []);
  if (stop.error instanceof ApiError && stop.error.status === 404) {
    return <Empty title={t('stop.gone')} hint={t('stop.goneHint')} action={<Link to="/m/$id" params={{ id }} className="big">{t('common.back')}</Link>} />;
  }
  return (
    <section className="sheet stop" aria-labelledby="edit-title" data-testid="stop-edit">
      <header className="sheet-head">
        <Link to="/m/$id/stop/$uuid" params={{ id, uuid }} className="back">← {t('common.back')}</Link>
        <h1 id="edit-title">{t('edit.title', { machine: stop.data?.machine_code ?? '' })}</h1>
      </header>
      <Loaded query={stop} what={t('edit.stop')} skeleton={<Skeletons count={3} height={120} />}>
        {(data) => (
          <>
            <Facts stop={data} />
            <StopSignalsFold stop={data} />
            <div className="began" role="group" aria-label={t('edit.kinds')}>
              {KINDS.map((k) => (
                <button key={k} type="button" className="chip" aria-pressed={kind === k} data-testid={`edit-${k}`} onClick={() => setKind(k)}>{t(`edit.${k}`)}</button>
              ))}
            </div>
            <Edit key={kind} id={id} kind={kind} stop={data} />
            <History uuid={uuid} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Facts({ stop }: { stop: Downtime }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = useStationInfo().data?.timezone;
  const length = (stop.ended_at ? Date.parse(stop.ended_at) : now) - Date.parse(stop.started_at);
  return (
    <p className="stop-facts">
      <b>{span(length)}</b>
      <span>{dayAndClock(stop.started_at, zone, language)} – {stop.ended_at ? clock(stop.ended_at, zone, language) : t('stop.still')}</span>
      <span>{stop.downtime_reason}</span>
      {stop.alarm && <span>{t('stop.alarm', { text: stop.alarm })}</span>}
      {stop.escalated_at && <span>{t('edit.escalated', { time: clock(stop.escalated_at, zone, language) })}</span>}
    </p>
  );
}

function Edit({ id, kind, stop }: { id: number; kind: Kind; stop: Downtime }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [body, setBody] = useState<Body>(kind === 'void' ? {} : null);
  const [notes, setNotes] = useState('');
  // Joining needs a neighbour: the edge judges it with the edit.
  const action = stop.allowed_actions.find((a) => a.action === kind);
  if (action && !action.allowed) return <p className="u-strip" role="status" data-testid="edit-refused">{said(action.reason ?? '')}</p>;
  const whole = body && { ...body, ...(notes.trim() ? { notes: notes.trim() } : {}) };
  const done = () => void navigate({ to: '/m/$id', params: { id } });
  return (
    <>
      {kind === 'classify' && <Reasons current={stop.reason_code} suggested={stop.suggested_reason_code} onChoose={(code) => setBody({ downtime_reason_code: code })} />}
      {kind === 'split' && <Split stop={stop} onChange={setBody} />}
      {kind === 'merge' && <Neighbours id={id} stop={stop} onChoose={(other) => setBody({ with: other })} />}
      {kind === 'correct' && <Times stop={stop} onChange={setBody} />}
      {kind === 'void' && <p>{t('edit.voidHint')}</p>}
      <label className="notes"><span>{t('edit.notes')}</span><input value={notes} maxLength={500} onChange={(event) => setNotes(event.target.value)} /></label>
      <Preview stop={stop} kind={kind} body={whole} />
      <button type="button" className="big big-main" data-testid="edit-save" disabled={!whole} onClick={() => whole && void editStop(stop, kind, whole, t(`edit.done.${kind}`), done)}>
        {whole ? t('edit.save') : t('edit.incomplete')}
      </button>
    </>
  );
}

function Reasons({ current, suggested, onChoose, label }: { current?: string; suggested?: string | null; onChoose: (code: string) => void; label?: string }) {
  const { t } = useTexts();
  const reasons = useReasons();
  const [chosen, setChosen] = useState(current ?? '');
  const list: DowntimeReason[] = reasons.data?.downtime_reasons ?? [];
  return (
    <label className="notes">
      <span>{label ?? t('edit.reason')}</span>
      <select value={chosen} data-testid="edit-reason" onChange={(event) => { setChosen(event.target.value); onChoose(event.target.value); }}>
        {!list.some((r) => r.code === chosen) && <option value={chosen}>{t('edit.choose')}</option>}
        {list.map((r) => <option key={r.code} value={r.code}>{r.name}{r.code === suggested ? ` · ${t('stop.suggested')}` : ''}</option>)}
      </select>
    </label>
  );
}

/** Whole minutes inside the stop; its ends cannot be chosen. */
function Split({ stop, onChange }: { stop: Downtime; onChange: (body: Body) => void }) {
  const { t, language } = useTexts();
  const now = useServerNow(60_000);
  const zone = useStationInfo().data?.timezone;
  const start = Date.parse(stop.started_at);
  const minutes = Math.max(1, Math.floor(((stop.ended_at ? Date.parse(stop.ended_at) : now) - start) / 60_000));
  const [at, setAt] = useState(Math.max(1, Math.floor(minutes / 2)));
  const [second, setSecond] = useState('');
  const [uuid] = useState(() => uuidv7());
  const cut = new Date(start + at * 60_000).toISOString();
  const tell = (when: string, code: string): void => onChange({ at: when, uuid, ...(code ? { second_reason_code: code } : {}) });
  useEffect(() => tell(cut, second), [cut, second]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <>
      <label className="notes">
        <span>{t('edit.cut', { time: clock(cut, zone, language), first: at, second: minutes - at })}</span>
        <input type="range" min={1} max={Math.max(1, minutes - 1)} value={at} data-testid="edit-cut" onChange={(event) => setAt(Number(event.target.value))} />
      </label>
      <Reasons label={t('edit.secondReason')} onChoose={setSecond} />
    </>
  );
}

function Neighbours({ id, stop, onChoose }: { id: number; stop: Downtime; onChoose: (uuid: string) => void }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const stops = useDowntimes(id);
  const [chosen, setChosen] = useState('');
  const near = useMemo(() => neighbours(stop, stops.data?.downtime_events ?? []), [stop, stops.data]);
  if (stops.isError) return <Failure what={t('edit.neighbours')} error={stops.error} retry={() => void stops.refetch()} />;
  if (near.length === 0) return <p>{t('edit.noNeighbours')}</p>;
  return (
    <ul className="reasons" aria-label={t('edit.neighbours')}>
      {near.map((other) => (
        <li key={other.id}>
          <button type="button" className="reason" aria-pressed={chosen === other.id} data-testid="edit-neighbour" onClick={() => { setChosen(other.id); onChoose(other.id); }}>
            <b>{clock(other.started_at, zone, language)} – {other.ended_at ? clock(other.ended_at, zone, language) : t('stop.still')}</b>
            <small>{other.downtime_reason}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The stops before and after this one. */
function neighbours(stop: Downtime, all: Downtime[]): Downtime[] {
  const others = all.filter((d) => d.id !== stop.id).sort((a, b) => a.started_at.localeCompare(b.started_at));
  const before = others.filter((d) => d.started_at <= stop.started_at).slice(-1);
  return [...before, ...others.filter((d) => d.started_at > stop.started_at).slice(0, 1)];
}

/** Times on the plant's wall clock. */
function Times({ stop, onChange }: { stop: Downtime; onChange: (body: Body) => void }) {
  const { t } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  // What is not touched keeps its seconds.
  useEffect(() => {
    const started = from === null ? stop.started_at : fromLocal(from, zone);
    const ended = to === null ? stop.ended_at : to === '' ? null : fromLocal(to, zone);
    const isSound = started !== null && (ended !== null || to === '' || to === null);
    onChange(isSound && (from !== null || to !== null) ? { started_at: started, ...(ended ? { ended_at: ended } : {}) } : null);
  }, [from, to, zone]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div className="began">
      <label className="notes"><span>{t('edit.from')}</span><input type="datetime-local" value={from ?? toLocal(stop.started_at, zone)} data-testid="edit-from" onChange={(event) => setFrom(event.target.value)} /></label>
      <label className="notes"><span>{t('edit.to')}</span><input type="datetime-local" value={to ?? (stop.ended_at ? toLocal(stop.ended_at, zone) : '')} onChange={(event) => setTo(event.target.value)} /></label>
    </div>
  );
}

function Preview({ stop, kind, body }: { stop: Downtime; kind: Kind; body: Body }) {
  const { t } = useTexts();
  const user = useUser();
  const text = JSON.stringify(body);
  const preview = useQuery({
    queryKey: ['stop-preview', stop.id, kind, text, user?.id ?? 0],
    queryFn: () => post<EditAnswer>(`/downtime-events/${stop.id}/${kind}?preview=true`, body ?? {}),
    enabled: body !== null && user !== null,
    retry: false,
  });
  if (!body) return null;
  if (!user) return <p className="u-strip" role="status">{t('edit.signIn')}</p>;
  if (preview.isError) return <p className="u-strip" role="alert" data-testid="edit-refused">{reasonOf(preview.error)}</p>;
  if (!preview.data) return <Skeletons count={1} height={120} />;
  if (preview.data.changes.length === 0) return <p data-testid="edit-same">{t('edit.same')}</p>;
  return <>{preview.data.changes.map((change) => <Change key={change.scope + change.label} change={change} />)}</>;
}

/** Only what differs is shown. */
function Change({ change }: { change: FigureChange }) {
  const { t, language } = useTexts();
  const hours = (value: number | null) => (value === null ? NONE : `${decimal(value, language)} h`);
  const rows: [string, string, string][] = [
    [t('edit.oee'), percent(change.before.oee.oee, language), percent(change.after.oee.oee, language)],
    [t('edit.availability'), percent(change.before.oee.availability, language), percent(change.after.oee.availability, language)],
    [t('edit.performance'), percent(change.before.oee.performance, language), percent(change.after.oee.performance, language)],
    [t('edit.stopMinutes'), decimal(change.before.stop_minutes, language), decimal(change.after.stop_minutes, language)],
    [t('edit.unplanned'), percent(change.before.unplanned_percent, language), percent(change.after.unplanned_percent, language)],
    [t('edit.failures'), decimal(change.before.failures, language), decimal(change.after.failures, language)],
    ['MTBF', hours(change.before.mtbf_hours), hours(change.after.mtbf_hours)],
    ['MTTR', hours(change.before.mttr_hours), hours(change.after.mttr_hours)],
  ];
  return (
    <table className="figure-change" data-testid={`change-${change.scope}`}>
      <caption>{t(`edit.scope.${change.scope}`)}: {change.label}</caption>
      <thead><tr><th scope="col">{t('edit.figure')}</th><th scope="col">{t('edit.before')}</th><th scope="col">{t('edit.after')}</th></tr></thead>
      <tbody>
        {rows.filter(([, before, after]) => before !== after).map(([name, before, after]) => (
          <tr key={name}><th scope="row">{name}</th><td>{before}</td><td><b>{after}</b></td></tr>
        ))}
      </tbody>
    </table>
  );
}

function History({ uuid }: { uuid: string }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const history = useQuery({ queryKey: ['stop-history', uuid], queryFn: ({ signal }) => get<DowntimeHistory>(`/downtime-events/${uuid}/history`, undefined, signal) });
  return (
    <details className="stop-history">
      <summary>{t('edit.history')}</summary>
      <Loaded query={history} what={t('edit.history')}>
        {({ changes }) => (
          <ol>
            {changes.map((c, i) => (
              <li key={i}>{dayAndClock(c.at, zone, language)} · {t(`edit.change.${c.change}`)}{c.downtime_reason ? ` · ${c.downtime_reason}` : ''}{c.by ? ` · ${c.by.name}` : ''}{c.notes ? ` · ${c.notes}` : ''}</li>
            ))}
          </ol>
        )}
      </Loaded>
    </details>
  );
}
