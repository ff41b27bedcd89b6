/**
 * One machine: its state now, its ribbon, its OEE and its stops.
 */
import { clock, day, decimal, Empty, LiveZone, Loaded, oeeColour, percent, Ribbon, shownState, Skeletons, span, StateBadge, units, useServerNow, useTexts, type Machine } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { RangePicker } from '../parts/Filter';
import { Pareto, StopList } from '../parts/Stops';
import { Trend } from '../parts/Trend';
import type { RangeName, Span } from '../ranges';
import { useDowntimes, useMachines, useOee, useRibbon } from '../reads';
import { usePlant } from '../services';
import { useSpan } from './Dashboard';

export function MachineDetail({ id, range = '8h' }: { id: number; range?: RangeName }) {
  const { t } = useTexts();
  const machines = useMachines();
  return (
    <Loaded query={machines} what={t('nav.machines')} skeleton={<Skeletons count={3} height={100} />}>
      {({ machines: list }) => {
        const machine = list.find((m) => m.id === id);
        return machine ? <Found machine={machine} range={range} /> : <Empty title={t('error.notFound')} action={<Link to="/machines">{t('nav.machines')}</Link>} />;
      }}
    </Loaded>
  );
}

function Found({ machine, range }: { machine: Machine; range: RangeName }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const zone = usePlant(machine.plant_id)?.timezone;
  const period = useSpan(range, zone);
  return (
    <section aria-labelledby="title">
      <header className="head">
        <p className="crumb"><Link to="/machines">{t('nav.machines')}</Link> /</p>
        <h1 id="title">{machine.machine_code} <span className="dim">{machine.name}</span></h1>
        <RangePicker value={range} onChange={(next) => void navigate({ to: '/machines/$id', params: { id: machine.id }, search: (old) => ({ ...old, range: next }) })} />
      </header>
      <LiveZone zone={zone} quiet><Now machine={machine} zone={zone} /></LiveZone>
      <Kpis machine={machine} period={period} />
      <RibbonPanel machine={machine} period={period} zone={zone} />
      <div className="columns columns-even">
        <StopList span={period} machineId={machine.id} zone={zone} />
        <Pareto span={period} machineId={machine.id} />
      </div>
      <Trend machine={machine.machine_code} />
    </section>
  );
}

function Now({ machine, zone }: { machine: Machine; zone?: string }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const silent = shownState(machine) === 'no_data';
  const facts: [string, string][] = [
    [t('machines.order'), machine.current_work_order?.work_order_number ?? '–'],
    [t('machines.reason'), machine.downtime_reason ?? '–'],
    [t('machines.rate'), units(machine.capacity_units_per_hour, language)],
    [t('machines.cycle'), machine.ideal_cycle_seconds === null ? '–' : `${decimal(machine.ideal_cycle_seconds, language)} s`],
    [t('machines.lane'), machine.lane_name ?? '–'],
    [t('machines.edge'), machine.edge ?? '–'],
    [t('machines.nextService'), day(machine.next_maintenance_due, 'UTC', language)],
  ];
  return (
    <div className="panel now" data-testid="machine-now">
      <p className="now-state">
        <StateBadge machine={machine} />
        <span>{silent ? t('live.noDataSince', { time: clock(machine.seen_at, zone, language) }) : machine.since ? t('common.for', { span: span(now - Date.parse(machine.since)) }) : ''}</span>
        {machine.flags.map((flag) => <span key={flag} className="wo wo-overrun">{flag}</span>)}
      </p>
      <dl className="figures">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </div>
  );
}

function Kpis({ machine, period }: { machine: Machine; period: Span }) {
  const { t, language } = useTexts();
  const oee = useOee(period, machine.machine_code);
  return (
    <div className="panel">
      <Loaded query={oee} what="OEE" skeleton={<Skeletons count={1} height={52} />}>
        {(d) => (
          <dl className="figures figures-kpi" data-testid="machine-kpis">
            <div><dt>{t('kpi.oee')}</dt><dd className={`tone-${oeeColour(d.oee)}`} data-testid="machine-oee">{percent(d.oee, language)}</dd></div>
            <div><dt>{t('kpi.coverageWord')}</dt><dd>{percent(d.coverage, language)}</dd></div>
            <div><dt>{t('kpi.availability')}</dt><dd>{percent(d.availability, language)}</dd></div>
            <div><dt>{t('kpi.performance')}</dt><dd>{percent(d.performance, language)}</dd></div>
            <div><dt>{t('kpi.quality')}</dt><dd>{percent(d.quality, language)}</dd></div>
            <div><dt>{t('figure.good')}</dt><dd>{units(d.good, language)}</dd></div>
            <div><dt>{t('figure.rejected')}</dt><dd>{units(d.rejected, language)}</dd></div>
          </dl>
        )}
      </Loaded>
    </div>
  );
}

const WIDEST_MS = 26 * 3_600_000;

function RibbonPanel({ machine, period, zone }: { machine: Machine; period: Span; zone?: string }) {
  const { t } = useTexts();
  const to = Date.parse(period.to);
  // A ribbon of a month would be a blur; it shows the last day of longer ranges.
  const from = Math.max(Date.parse(period.from), to - WIDEST_MS);
  const ribbon = useRibbon(machine.id, new Date(from).toISOString(), period.to);
  const stops = useDowntimes(period, machine.id).data?.downtime_events ?? [];
  const untagged = new Set(stops.filter((s) => s.reason_code === 'unclassified').map((s) => s.id));
  return (
    <div className="panel">
      <Loaded query={ribbon} what={t('ribbon.what')} skeleton={<Skeletons count={1} height={64} />}>
        {(data) => <Ribbon ribbon={data} from={from} to={to} untagged={untagged} zone={zone} height={64} />}
      </Loaded>
    </div>
  );
}
