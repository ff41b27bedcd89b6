/**
 * What stands behind a KPI: losses for OEE, stops for availability, pace for performance, scrap for quality.
 */
import { dayAndClock, decimal, Empty, Loaded, oeeColour, percent, span, units, useTexts, type Machine, type Oee } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import type { Kpi } from '../router';
import type { Span } from '../ranges';
import { useLogs, useOee } from '../reads';
import { Pareto, StopList } from './Stops';

interface Props {
  kpi: Kpi;
  span: Span;
  oee: Oee | undefined;
  machines: Machine[];
  machine?: Machine;
  zone?: string;
}

const MACHINES_MAX = 20;

export function Breakdown({ kpi, span: period, oee, machines, machine, zone }: Props) {
  return (
    <div className="breakdown" data-testid={`breakdown-${kpi}`}>
      {kpi === 'availability' && <><Pareto span={period} machineId={machine?.id} /><StopList span={period} machineId={machine?.id} zone={zone} /></>}
      {kpi === 'quality' && <><Figures kpi={kpi} oee={oee} /><Rejects machine={machine} period={period} zone={zone} /></>}
      {(kpi === 'oee' || kpi === 'performance') && <><Figures kpi={kpi} oee={oee} />{!machine && <PerMachine machines={machines.slice(0, MACHINES_MAX)} span={period} />}</>}
    </div>
  );
}

function Figures({ kpi, oee }: { kpi: Kpi; oee: Oee | undefined }) {
  const { t, language } = useTexts();
  if (!oee) return null;
  const time = (seconds: number) => span(seconds * 1000);
  const rows: Record<string, string> =
    kpi === 'quality'
      ? { 'figure.total': units(oee.total, language), 'figure.good': units(oee.good, language), 'figure.rejected': units(oee.rejected, language) }
      : { 'figure.planned': time(oee.planned_seconds), 'figure.downtime': time(oee.downtime_seconds), 'figure.setup': time(oee.setup_seconds), 'figure.run': time(oee.run_seconds), 'figure.total': units(oee.total, language), 'figure.good': units(oee.good, language), 'figure.outside': units(oee.counts_outside_planned, language) };
  return (
    <section className="panel" aria-labelledby="figures-title">
      <h2 id="figures-title">{t('figure.title')}</h2>
      <dl className="figures">{Object.entries(rows).map(([key, value]) => <div key={key}><dt>{t(key)}</dt><dd>{value}</dd></div>)}</dl>
    </section>
  );
}

function PerMachine({ machines, span: period }: { machines: Machine[]; span: Span }) {
  const { t } = useTexts();
  return (
    <section className="panel" aria-labelledby="per-machine">
      <h2 id="per-machine">{t('permachine.title')}</h2>
      <table className="table" data-testid="oee-per-machine">
        <thead><tr><th>{t('machines.machine')}</th><th className="num">{t('kpi.oee')}</th><th className="num">{t('kpi.availability')}</th><th className="num">{t('kpi.performance')}</th><th className="num">{t('kpi.quality')}</th><th className="num">{t('kpi.coverageWord')}</th></tr></thead>
        <tbody>{machines.map((m) => <MachineRow key={m.id} machine={m} span={period} />)}</tbody>
      </table>
    </section>
  );
}

function MachineRow({ machine, span: period }: { machine: Machine; span: Span }) {
  const { t, language } = useTexts();
  const oee = useOee(period, machine.machine_code);
  const d = oee.data;
  return (
    <tr data-row tabIndex={-1}>
      <td data-label=""><Link to="/" search={(old) => ({ ...old, machine: machine.machine_code })}>{machine.machine_code}</Link> <span className="dim">{machine.name}</span></td>
      {oee.isError && !d ? <td colSpan={5}>{t('permachine.failed')}</td> : (
        <>
          <td data-label={t('kpi.oee')} className="num"><b className={`tone-${oeeColour(d?.oee ?? null)}`}>{percent(d?.oee, language)}</b></td>
          <td data-label={t('kpi.availability')} className="num">{percent(d?.availability, language)}</td>
          <td data-label={t('kpi.performance')} className="num">{percent(d?.performance, language)}{d?.performance_above_100 ? ' !' : ''}</td>
          <td data-label={t('kpi.quality')} className="num">{percent(d?.quality, language)}</td>
          <td data-label={t('kpi.coverageWord')} className="num">{percent(d?.coverage, language)}</td>
        </>
      )}
    </tr>
  );
}

function Rejects({ machine, period, zone }: { machine?: Machine; period: Span; zone?: string }) {
  const { t, language } = useTexts();
  const logs = useLogs();
  return (
    <section className="panel" aria-labelledby="rejects-title">
      <h2 id="rejects-title">{t('rejects.title')}</h2>
      <Loaded query={logs} what={t('rejects.title')}>
        {({ production_logs: all }) => {
          const from = Date.parse(period.from);
          const list = all.filter((l) => l.quantity_rejected > 0 && Date.parse(l.logged_at) >= from && (!machine || l.machine_id === machine.id));
          return list.length === 0 ? <Empty title={t('rejects.empty')} /> : (
            <table className="table" data-testid="rejects">
              <thead><tr><th>{t('rejects.at')}</th><th>{t('orders.number')}</th><th className="num">{t('rejects.rejected')}</th><th className="num">{t('rejects.of')}</th><th>{t('rejects.by')}</th><th>{t('stops.notes')}</th></tr></thead>
              <tbody>{list.map((l) => (
                <tr key={l.uuid} data-row tabIndex={-1}>
                  <td data-label={t('rejects.at')}>{dayAndClock(l.logged_at, zone, language)}</td>
                  <td data-label={t('orders.number')}>{l.work_order_number}</td>
                  <td data-label={t('rejects.rejected')} className="num">{units(l.quantity_rejected, language)}</td>
                  <td data-label={t('rejects.of')} className="num">{decimal(l.quantity_completed, language, 0)}</td>
                  <td data-label={t('rejects.by')}>{l.logged_by?.name ?? '–'}</td>
                  <td data-label={t('stops.notes')}>{l.notes ?? ''}</td>
                </tr>
              ))}</tbody>
            </table>
          );
        }}
      </Loaded>
    </section>
  );
}
