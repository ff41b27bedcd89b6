/**
 * Why does it stand? One tap on a reason answers; notes are optional. "new" reports a stop that no signal has shown.
 */
import { clock, Empty, Failure, LiveZone, Loaded, Skeletons, span, useLiveStream, useServerNow, useTexts, uuidv7, type Downtime, type DowntimeReason } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { holdEntry, putOff } from '../entry';
import { AwaySince } from '../parts/AwaySince';
import { StopSignalsFold } from '../parts/StopSignalsFold';
import { useDowntimes, useMachine, useReasons, useStation, useStationInfo } from '../reads';
import { endStop, giveReason, reportStop } from '../writes';

const MINUTE_MS = 60_000;
const BEGAN_MINUTES = [0, 5, 15, 30] as const;

export function StopReason({ id, uuid }: { id: number; uuid: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const stream = useLiveStream();
  const station = useStation(id);
  const downtimes = useDowntimes(id);
  const reasons = useReasons();
  const machine = useMachine(id) ?? station.data?.machine;
  const [notes, setNotes] = useState('');
  const [began, setBegan] = useState(0);
  const [entryId] = useState(() => uuidv7());
  useEffect(holdEntry, []);
  const fresh = uuid === 'new';
  const atStation = [station.data?.open_downtime, ...(station.data?.recent_downtimes ?? [])].find((d) => d?.id === uuid);
  const stop = atStation ?? downtimes.data?.downtime_events.find((d) => d.id === uuid);
  const done = () => void navigate({ to: '/m/$id', params: { id } });
  const change = (): void => void navigate({ to: '/m/$id/stop/$uuid', params: { id, uuid } });

  const choose = (reason: DowntimeReason): void => {
    if (stop) {
      void giveReason(stop, reason, notes.trim(), done, change);
    } else if (fresh && machine) {
      const startedAt = new Date(stream.serverNow() - began * MINUTE_MS).toISOString();
      const text = notes.trim();
      void reportStop({ uuid: entryId, machine_id: id, downtime_reason_code: reason.code, started_at: startedAt, ...(text ? { notes: text } : {}) }, machine.machine_code, reason, done);
    }
  };
  if (!fresh && !stop) {
    if (station.isPending || downtimes.isPending) return <Skeletons count={3} height={120} />;
    // Not having asked is not the same as not being there.
    const failed = [downtimes, station].find((query) => query.isError);
    if (failed) return <Failure what={t('edit.stop')} error={failed.error} retry={() => void failed.refetch()} />;
    return <Empty title={t('stop.gone')} hint={t('stop.goneHint')} action={<Link to="/m/$id" params={{ id }} className="big">{t('common.back')}</Link>} />;
  }
  return (
    <section className="sheet stop" aria-labelledby="stop-title" data-testid="stop-page">
      <header className="sheet-head">
        <Link to="/m/$id" params={{ id }} className="back" data-testid="stop-later" onClick={() => putOff(uuid)}>← {stop && stop.reason_code === 'unclassified' ? t('stop.later') : machine?.machine_code ?? t('common.back')}</Link>
        {stop && <Link to="/m/$id/stop/$uuid/edit" params={{ id, uuid }} className="back" data-testid="stop-edit-link">{t('stop.edit')}</Link>}
        <h1 id="stop-title">{stop ? t('stop.why', { machine: stop.machine_code }) : t('stop.reportOn', { machine: machine?.machine_code ?? '' })}</h1>
        {stop && <AwaySince readAt={(atStation ? station : downtimes).dataUpdatedAt} />}
      </header>
      {stop ? <LiveZone quiet><StopFacts stop={stop} /></LiveZone> : <Began value={began} onChange={setBegan} />}
      {stop?.source === 'operator' && !stop.ended_at && (
        <button type="button" className="big big-main" data-testid="stop-end" onClick={() => void endStop(stop, new Date(stream.serverNow()).toISOString(), done)}>{t('stop.end')}</button>
      )}
      <Loaded query={reasons} what={t('stop.reasons')} skeleton={<Skeletons count={3} height={104} />}>
        {({ downtime_reasons: list }) => <Grid reasons={list} current={stop?.reason_code} suggested={stop?.suggested_reason_code} onChoose={choose} />}
      </Loaded>
      <label className="notes"><span>{t('stop.notes')}</span><input value={notes} maxLength={500} data-testid="stop-notes" onChange={(event) => setNotes(event.target.value)} /></label>
      {stop && <StopSignalsFold stop={stop} />}
    </section>
  );
}

function StopFacts({ stop }: { stop: Downtime }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = useStationInfo().data?.timezone;
  const length = (stop.ended_at ? Date.parse(stop.ended_at) : now) - Date.parse(stop.started_at);
  return (
    <p className="stop-facts" data-testid="stop-facts">
      <b>{span(length)}</b>
      <span>{clock(stop.started_at, zone, language)} – {stop.ended_at ? clock(stop.ended_at, zone, language) : t('stop.still')}</span>
      {stop.reason_code !== 'unclassified' && <span>{t('stop.now', { reason: stop.downtime_reason })}</span>}
      {stop.alarm && <span data-testid="stop-alarm">{t('stop.alarm', { text: stop.alarm })}</span>}
    </p>
  );
}

function Began({ value, onChange }: { value: number; onChange: (minutes: number) => void }) {
  const { t } = useTexts();
  return (
    <div className="began" role="group" aria-label={t('stop.began')}>
      <span>{t('stop.began')}</span>
      {BEGAN_MINUTES.map((minutes) => (
        <button key={minutes} type="button" className="chip" aria-pressed={value === minutes} onClick={() => onChange(minutes)}>
          {minutes === 0 ? t('stop.beganNow') : t('stop.beganAgo', { minutes })}
        </button>
      ))}
    </div>
  );
}

function Grid({ reasons, current, suggested, onChoose }: { reasons: DowntimeReason[]; current?: string; suggested?: string | null; onChoose: (reason: DowntimeReason) => void }) {
  const { t } = useTexts();
  const given = reasons.filter((r) => r.code !== 'unclassified');
  // What the machine itself says comes first.
  const list = [...given.filter((r) => r.code === suggested), ...given.filter((r) => r.code !== suggested)];
  if (list.length === 0) return <Empty title={t('stop.noReasons')} hint={t('stop.noReasonsHint')} />;
  return (
    <ul className="reasons" aria-label={t('stop.reasons')}>
      {list.map((reason) => (
        <li key={reason.code}>
          <button type="button" className="reason" aria-pressed={current === reason.code} data-testid={`reason-${reason.code}`} onClick={() => onChoose(reason)}>
            <b>{reason.name}</b>
            {reason.code === suggested ? <small>{t('stop.suggested')}</small> : reason.category && reason.category !== reason.name && <small>{reason.category}</small>}
          </button>
        </li>
      ))}
    </ul>
  );
}
