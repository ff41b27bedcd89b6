/**
 * Stops with their reasons: the list, and the sum per reason. Used by the dashboard's drill-down and the machine page.
 */
import { clock, dayAndClock, decimal, Empty, Loaded, percent, span, useServerNow, useTexts, type Downtime } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useDowntimes, usePareto } from '../reads';
import type { Span } from '../ranges';

const DAY_MS = 86_400_000;

interface Props {
  span: Span;
  machineId?: number;
  zone?: string;
}

export function StopList({ span: period, machineId, zone }: Props) {
  const { t } = useTexts();
  const stops = useDowntimes(period, machineId);
  return (
    <section className="panel" aria-labelledby="stops-title">
      <h2 id="stops-title">{t('stops.title')}</h2>
      <Loaded query={stops} what={t('stops.title')}>
        {({ downtime_events: list }) => list.length === 0 ? <Empty title={t('stops.empty')} /> : (
          <table className="table" data-testid="stops">
            <thead><tr>{machineId === undefined && <th>{t('machines.machine')}</th>}<th>{t('stops.reason')}</th><th>{t('stops.from')}</th><th>{t('stops.to')}</th><th className="num">{t('stops.length')}</th><th>{t('stops.by')}</th><th>{t('stops.notes')}</th></tr></thead>
            <tbody>{list.map((stop) => <Row key={stop.id} stop={stop} withMachine={machineId === undefined} zone={zone} long={Date.parse(period.to) - Date.parse(period.from) > DAY_MS} />)}</tbody>
          </table>
        )}
      </Loaded>
    </section>
  );
}

function Row({ stop, withMachine, zone, long }: { stop: Downtime; withMachine: boolean; zone?: string; long: boolean }) {
  const { t, language } = useTexts();
  const now = useServerNow(5_000);
  const at = long ? dayAndClock : clock;
  const length = (stop.ended_at ? Date.parse(stop.ended_at) : now) - Date.parse(stop.started_at);
  const untagged = stop.reason_code === 'unclassified';
  return (
    <tr data-row tabIndex={-1} data-testid={`stop-${stop.id}`}>
      {withMachine && <td data-label={t('machines.machine')}><Link to="/machines/$id" params={{ id: stop.machine_id }}>{stop.machine_code}</Link></td>}
      <td data-label={t('stops.reason')}>{untagged ? <b className="missing">{t('state.untagged')}</b> : stop.downtime_reason}{stop.flags.map((flag) => <span key={flag} className="dim"> · {flag}</span>)}</td>
      <td data-label={t('stops.from')}>{at(stop.started_at, zone, language)}</td>
      <td data-label={t('stops.to')}>{stop.ended_at ? at(stop.ended_at, zone, language) : <b>{t('stops.open')}</b>}</td>
      <td data-label={t('stops.length')} className="num">{span(length)}</td>
      <td data-label={t('stops.by')}>{stop.classified_by?.name ?? '–'}</td>
      <td data-label={t('stops.notes')}>{stop.notes ?? ''}</td>
    </tr>
  );
}

export function Pareto({ span: period, machineId }: Props) {
  const { t, language } = useTexts();
  const pareto = usePareto(period, machineId);
  return (
    <section className="panel" aria-labelledby="pareto-title">
      <h2 id="pareto-title">{t('pareto.title')}</h2>
      <Loaded query={pareto} what={t('pareto.title')}>
        {({ downtime_pareto: rows }) => {
          const most = Math.max(1, ...rows.map((r) => r.minutes));
          return rows.length === 0 ? <Empty title={t('stops.empty')} /> : (
            <ol className="bars" data-testid="pareto">
              {rows.map((row) => (
                <li key={row.reason_code ?? row.reason}>
                  <span>{row.reason_code === 'unclassified' ? t('state.untagged') : row.reason}</span>
                  <svg width="100%" height="12" aria-hidden><rect className={row.reason_code === 'unclassified' ? 'bar-missing' : 'bar-fill'} width={`${(row.minutes / most) * 100}%`} height="12" rx="3" /></svg>
                  <span className="num">{t('pareto.minutes', { minutes: decimal(row.minutes, language, 0) })}</span>
                  <span className="num dim">{percent(row.percent, language)}</span>
                </li>
              ))}
            </ol>
          );
        }}
      </Loaded>
    </section>
  );
}
