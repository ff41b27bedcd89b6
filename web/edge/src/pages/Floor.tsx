/**
 * The floor: one tile per machine, what is abnormal first. A tap opens the station.
 */
import { byUrgency, clock, Empty, LiveZone, Loaded, needsReason, said, shownState, Skeletons, span, StateGlyph, useLive, useServerNow, useTexts, type Machine } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useDueShifts, useMachines, useStationInfo, useWaitingHandovers } from '../reads';
import { isForReading } from './Handover';
import { HelpLine } from './Help';

export function Floor() {
  const { t } = useTexts();
  const machines = useMachines();
  // While the box answers the list changes with its events, not with a read.
  const heard = useLive().lastAt;
  const info = useStationInfo().data;
  return (
    <section className="floor" aria-labelledby="floor-title">
      <div className="floor-head">
        <h1 id="floor-title">{t('floor.title')}</h1>
        {machines.data && <Summary machines={machines.data.machines} />}
        <Link to="/handover" className="back floor-handover" data-testid="open-handover">{t('handover.title')}</Link>
      </div>
      <HandoverWaits />
      <Loaded query={machines} what={t('floor.title')} skeleton={<div className="tiles"><Skeletons count={1} height={168} /><Skeletons count={1} height={168} /><Skeletons count={1} height={168} /></div>}>
        {({ machines: list }) =>
          list.length === 0 ? <Empty title={t('floor.empty')} hint={info?.enrolled === false ? t('floor.notEnrolled') : t('floor.emptyHint')} /> : (
            <LiveZone zone={info?.timezone} readAt={heard === null ? machines.dataUpdatedAt : undefined}>
              <ul className="tiles">
                {[...list].sort(byUrgency).map((machine) => <li key={machine.id}><Tile machine={machine} zone={info?.timezone} /></li>)}
              </ul>
            </LiveZone>
          )}
      </Loaded>
      {info?.storage && info.storage.state !== 'ok' && <p className="note" role="alert"><b>{t(`storage.${info.storage.state}`)}</b> {said(info.storage.message ?? '')}</p>}
      {info?.claimed_elsewhere && info.claimed_elsewhere.length > 0 && <p className="note">{t('floor.claimedElsewhere', { list: info.claimed_elsewhere.join(', ') })}</p>}
      {info && info.unknown_machines.length > 0 && <p className="note">{t('floor.unknownMachines', { list: info.unknown_machines.join(', ') })}</p>}
    </section>
  );
}

/** What the shift before left waits until somebody acknowledges it (SHIFT-08). */
function HandoverWaits() {
  const { t } = useTexts();
  const waiting = useWaitingHandovers().data?.shift_handovers ?? [];
  const due = useDueShifts().data?.shifts ?? [];
  const now = useServerNow(60_000);
  const left = waiting.find((h) => isForReading(h, due, now));
  if (!left) return null;
  return <Link to="/handover" className="u-strip strip-link" data-testid="handover-waits">{t('handover.waits', { shift: left.shift_name, name: left.logged_by.name })}</Link>;
}

function Summary({ machines }: { machines: Machine[] }) {
  const { t } = useTexts();
  const count = (shown: string) => machines.filter((m) => shownState(m) === shown).length;
  const missing = machines.filter(needsReason).length;
  return (
    <p className="floor-sum" data-testid="floor-summary">
      <span>{t('floor.running', { count: count('running'), total: machines.length })}</span>
      {count('down') > 0 && <b className="is-down">{t('floor.down', { count: count('down') })}</b>}
      {missing > 0 && <b>{t('floor.missing', { count: missing })}</b>}
    </p>
  );
}

function Tile({ machine, zone }: { machine: Machine; zone?: string }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const shown = shownState(machine);
  const untagged = needsReason(machine);
  const silent = shown === 'no_data';
  return (
    <Link to="/m/$id" params={{ id: machine.id }} className={`tile tile-${shown}`} data-testid={`tile-${machine.machine_code}`} data-state={shown}>
      <span className="tile-top">
        <strong className="tile-code">{machine.machine_code}</strong>
        <span className="tile-lane">{machine.lane_name}</span>
      </span>
      <span className="tile-name">{machine.name}</span>
      <span className="tile-state">
        <StateGlyph shown={shown} size={30} />
        <b>{t(`state.${shown}`)}</b>
        <span className="tile-span">{silent || !machine.since ? '' : span(now - Date.parse(machine.since))}</span>
      </span>
      <span className="tile-foot">
        {silent ? `${t('live.noDataSince', { time: clock(machine.seen_at, zone, language) })} · ${t('state.lastKnown', { state: t(`state.${lastKnown(machine)}`) })}`
        : untagged ? <em className="tile-untagged">{t('state.untagged')}</em>
        : machine.downtime_reason ? machine.downtime_reason
        : machine.current_work_order ? machine.current_work_order.work_order_number
        : t('floor.noOrder')}
      </span>
      <HelpLine calls={machine.help_calls} />
    </Link>
  );
}

function lastKnown(machine: Machine) {
  const activity = machine.activity === 'no_data' ? 'idle' : machine.activity;
  return shownState({ ...machine, stale: false, activity });
}
