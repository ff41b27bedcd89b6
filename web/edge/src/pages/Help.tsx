/**
 * Calling for help from a machine: one tap calls, the hall sees it on every page until somebody says that it is over.
 */
import { clock, Empty, HELP_KINDS, LiveZone, Loaded, Skeletons, span, useServerNow, useTexts, type HelpCall, type HelpKind, type Machine } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMachines, useStationInfo } from '../reads';
import { answerHelp, callHelp, endHelp } from '../writes';

export function Help({ id }: { id: number }) {
  const { t } = useTexts();
  const machines = useMachines();
  return (
    <Loaded query={machines} what={t('help.title')} skeleton={<Skeletons count={4} height={104} />}>
      {({ machines: list }) => {
        const machine = list.find((m) => m.id === id);
        return machine ? <Calling machine={machine} /> : <Empty title={t('notFound.title')} action={<Link to="/" className="big">{t('nav.floor')}</Link>} />;
      }}
    </Loaded>
  );
}

function Calling({ machine }: { machine: Machine }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const zone = useStationInfo().data?.timezone;
  const [notes, setNotes] = useState('');
  const done = () => void navigate({ to: '/m/$id', params: { id: machine.id } });
  const openOf = (kind: HelpKind) => machine.help_calls.find((c) => c.kind === kind);
  return (
    <section className="sheet" aria-labelledby="help-title" data-testid="help">
      <header className="sheet-head">
        <Link to="/m/$id" params={{ id: machine.id }} className="back">← {machine.machine_code}</Link>
        <h1 id="help-title">{t('help.titleAt', { machine: machine.machine_code })}</h1>
      </header>
      <LiveZone zone={zone}>
        <ul className="entries" aria-label={t('help.open')}>
          {machine.help_calls.map((call) => <li key={call.id}><Call call={call} /></li>)}
        </ul>
      </LiveZone>
      <label className="notes"><span>{t('help.notes')}</span><input value={notes} maxLength={500} data-testid="help-notes" onChange={(event) => setNotes(event.target.value)} /></label>
      <ul className="reasons" aria-label={t('help.kinds')}>
        {HELP_KINDS.map((kind) => (
          <li key={kind}>
            <button type="button" className="reason" data-testid={`help-${kind}`} disabled={openOf(kind) !== undefined} onClick={() => void callHelp(machine, kind, notes.trim(), done)}>
              <b>{t(`help.kind.${kind}`)}</b>
              <small>{openOf(kind) ? t('help.isCalled') : t(`help.hint.${kind}`)}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Call({ call }: { call: HelpCall }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = useStationInfo().data?.timezone;
  return (
    <div className="call" data-testid="help-call" data-answered={call.answered_at ? 'yes' : 'no'}>
      <p>
        <b>{t(`help.kind.${call.kind}`)} · {span(now - Date.parse(call.called_at))}</b>
        <span>{t('help.by', { name: call.called_by.name, time: clock(call.called_at, zone, language) })}{call.notes ? ` · ${call.notes}` : ''}</span>
        {call.answered_by && <span>{t('help.comes', { name: call.answered_by.name, time: clock(call.answered_at, zone, language) })}</span>}
      </p>
      {!call.answered_by && <button type="button" className="big" data-testid="help-answer" onClick={() => void answerHelp(call)}>{t('help.answer')}</button>}
      <button type="button" className="big" data-testid="help-end" onClick={() => void endHelp(call)}>{t('help.end')}</button>
    </div>
  );
}

/** One line for tiles and walls: who is called, since when, and whether somebody comes. */
export function HelpLine({ calls }: { calls: HelpCall[] }) {
  const { t } = useTexts();
  const now = useServerNow();
  if (calls.length === 0) return null;
  return (
    <span className="help-line" data-testid="help-line">
      {calls.map((c) => (
        <span key={c.id} className={c.answered_by ? 'help-answered' : 'help-waits'}>
          ☎ {t(`help.kind.${c.kind}`)} {span(now - Date.parse(c.called_at))}{c.answered_by ? ` · ${c.answered_by.name}` : ''}
        </span>
      ))}
    </span>
  );
}
