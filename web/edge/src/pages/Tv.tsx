/**
 * The wall screen: no chrome, readable from across the hall. It turns its pages by itself: machines with what is
 * abnormal first, then the shift. Calls for help stay in sight on every page. A machine that is not seen looks so.
 */
import {
  byUrgency, clock, decimal, Empty, LiveZone, Loaded, needsReason, NoDataSince, percent, oeeColour, shownState, Skeletons, span, StateGlyph, units, useLive, useServerNow, useTexts,
  type DueShift, type Machine,
} from '@unison/ui-kit';
import { useEffect, useState, type CSSProperties } from 'react';
import { useDueShifts, useFigures, useMachines, useStationInfo } from '../reads';
import { grid, pagesOf } from '../wall';
import { HelpLine } from './Help';

/** Lines of the shift's page that can be read from across a hall. */
const ROWS_MAX = 20;

interface Props {
  lane?: string;
  /** Seconds until the page is turned. */
  seconds: number;
}

export function Tv({ lane, seconds }: Props) {
  const { t } = useTexts();
  const machines = useMachines();
  const shift = useDueShifts().data?.shifts[0];
  useAwake();
  return (
    <section className="tv" aria-label={t('tv.title')} data-testid="tv">
      <Head lane={lane} shift={shift} />
      <Loaded query={machines} what={t('tv.title')} skeleton={<Skeletons count={3} height={200} />}>
        {({ machines: all }) => {
          const list = all.filter((m) => lane === undefined || m.lane_name === lane).sort(byUrgency);
          return list.length === 0 ? <Empty title={t('floor.empty')} hint={t('floor.emptyHint')} /> : <Turning list={list} shift={shift} seconds={seconds} />;
        }}
      </Loaded>
    </section>
  );
}

function Head({ lane, shift }: { lane?: string; shift?: DueShift }) {
  const { t, language } = useTexts();
  const info = useStationInfo().data;
  const live = useLive();
  const now = useServerNow();
  const isOn = shift !== undefined && Date.parse(shift.ends_at) > now;
  return (
    <header className="tv-head">
      <h1>{(lane ?? info?.plant_name) || 'Unison'}</h1>
      <p>{isOn ? t('station.shift', { name: shift.shift_name, time: clock(shift.ends_at, info?.timezone, language) }) : t('tv.noShift')}</p>
      {live.freshness === 'live' ? null : <NoDataSince at={live.lastAt} zone={info?.timezone} />}
      <time>{clock(now, info?.timezone, language)}</time>
    </header>
  );
}

function Turning({ list, shift, seconds }: { list: Machine[]; shift?: DueShift; seconds: number }) {
  const { t } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const pages = pagesOf(list);
  const count = pages.length + (shift ? 1 : 0);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setTurn((n) => n + 1), seconds * 1_000);
    return () => window.clearInterval(timer);
  }, [seconds]);
  const at = turn % count;
  const machines = pages[at];
  const calling = list.filter((m) => m.help_calls.length > 0);
  return (
    <>
      <LiveZone zone={zone} className="tv-page" quiet>
        {machines ? <Tiles machines={machines} /> : shift ? <ShiftPage shift={shift} list={list} /> : null}
      </LiveZone>
      <footer className="tv-foot">
        {calling.map((m) => <p key={m.id} className="tv-call"><b>{m.machine_code}</b> <HelpLine calls={m.help_calls} /></p>)}
        {count > 1 && <button type="button" className="tv-turn" aria-label={`${t('tv.next')}: ${at + 1} / ${count}`} data-testid="tv-next" onClick={() => setTurn((n) => n + 1)}>{at + 1} / {count}</button>}
      </footer>
    </>
  );
}

function Tiles({ machines }: { machines: Machine[] }) {
  const { columns, rows } = grid(machines.length, window.innerWidth > window.innerHeight);
  return (
    <ul className="tv-tiles" style={{ '--columns': columns, '--rows': rows } as CSSProperties}>
      {machines.map((m) => <li key={m.id}><Tile machine={m} /></li>)}
    </ul>
  );
}

function Tile({ machine }: { machine: Machine }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = useStationInfo().data?.timezone;
  const shown = shownState(machine);
  return (
    <div className={`tv-tile tile-${shown}`} data-testid={`tv-${machine.machine_code}`} data-state={shown}>
      <p className="tv-code"><b>{machine.machine_code}</b> <span>{machine.name}</span></p>
      <p className="tv-state"><StateGlyph shown={shown} size={56} /><b>{t(`state.${shown}`)}</b></p>
      <p className="tv-since">{shown === 'no_data' ? t('live.noDataSince', { time: clock(machine.seen_at, zone, language) }) : machine.since ? span(now - Date.parse(machine.since)) : ''}</p>
      <p className="tv-why">{shown === 'no_data' ? '' : needsReason(machine) ? t('state.untagged') : machine.downtime_reason ?? machine.current_work_order?.work_order_number ?? t('floor.noOrder')}</p>
      <HelpLine calls={machine.help_calls} />
    </div>
  );
}

function ShiftPage({ shift, list }: { shift: DueShift; list: Machine[] }) {
  const { t, language } = useTexts();
  const now = useServerNow(60_000);
  const to = new Date(Math.min(Date.parse(shift.ends_at), Math.max(Math.floor(now / 60_000) * 60_000, Date.parse(shift.starts_at) + 60_000))).toISOString();
  const figures = useFigures(shift.starts_at, to);
  const ids = new Set(list.map((m) => String(m.id)));
  return (
    <Loaded query={figures} what={t('tv.shift')} skeleton={<Skeletons count={4} height={64} />}>
      {({ rows: all }) => {
        const own = all.filter((row) => ids.has(row.key));
        const rows = own.slice(0, ROWS_MAX);
        return (
        <table className="tv-table" data-testid="tv-shift" style={{ '--rows': rows.length } as CSSProperties}>
          <caption>{t('tv.shiftOf', { name: shift.shift_name })}{shift.target_units === null ? '' : ` · ${t('tv.target', { units: units(shift.target_units, language) })}`}{own.length > rows.length ? ` · ${t('tv.more', { count: own.length - rows.length })}` : ''}</caption>
          <thead><tr><th scope="col">{t('handover.machine')}</th><th scope="col">{t('station.good')}</th><th scope="col">{t('station.scrap')}</th><th scope="col">OEE</th><th scope="col">{t('handover.stops')}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">{row.label}</th><td>{units(row.oee.good, language)}</td><td>{units(row.oee.rejected, language)}</td>
                <td className={`tone-${oeeColour(row.oee.oee)}`}>{percent(row.oee.oee, language)}</td><td>{decimal(row.stop_minutes, language, 0)} min</td>
              </tr>
            ))}
          </tbody>
        </table>
        );
      }}
    </Loaded>
  );
}

/** Keeps the screen on where the browser can; it lets go whenever the page is hidden. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let isGone = false;
    const hold = (): void => {
      // Over plain HTTP there is no such thing: then the wall's own settings keep it on.
      if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then((held) => {
        if (isGone) void held.release();
        else lock = held;
      }, () => undefined);
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      isGone = true;
      document.removeEventListener('visibilitychange', hold);
      void lock?.release();
    };
  }, []);
}
