/**
 * All machines, live. The filter is in the address; what is abnormal comes first.
 */
import { byUrgency, clock, Empty, LiveZone, Loaded, needsReason, percent, shownState, span, StateBadge, units, useServerNow, useTexts, type Machine } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { Filter } from '../parts/Filter';
import { useMachines } from '../reads';
import { useCurrentPlantId, usePlant } from '../services';
import { LiveOrTable, NewHere } from '../parts/LiveOrTable';

interface Props {
  search?: string;
  state?: string;
}

export function Machines({ search = '', state }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const machines = useMachines();
  const zone = usePlant()?.timezone;
  const plant = useCurrentPlantId();
  const set = (next: Props) => void navigate({ to: '/machines', search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <section aria-labelledby="title">
      <header className="head">
        <h1 id="title">{t('nav.machines')}</h1>
        <LiveOrTable live="/machines" />
        <Filter value={search} label={t('machines.filter')} onChange={(text) => set({ search: text || undefined })} />
        {state && <button type="button" className="button" onClick={() => set({ state: undefined })}>{t(`state.${state}`)} ×</button>}
        <NewHere live="/machines" />
      </header>
      <Loaded query={machines} what={t('nav.machines')}>
        {({ machines: all }) => {
          const list = all.filter((m) => matches(m, search, state, plant)).sort(byUrgency);
          if (all.length === 0) return <Empty title={t('machines.empty')} hint={t('machines.emptyHint')} />;
          if (list.length === 0) return <Empty title={t('filter.empty')} action={<button type="button" className="button" onClick={() => set({ search: undefined, state: undefined })}>{t('filter.clear')}</button>} />;
          return <LiveZone zone={zone} quiet><Table list={list} zone={zone} /></LiveZone>;
        }}
      </Loaded>
    </section>
  );
}

export function matches(machine: Machine, search: string, state?: string, plant?: number): boolean {
  if (plant !== undefined && machine.plant_id !== plant) return false;
  if (state && shownState(machine) !== state) return false;
  const text = [machine.machine_code, machine.name, machine.lane_name, machine.plant_name, machine.current_work_order?.work_order_number].join(' ').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function Table({ list, zone }: { list: Machine[]; zone?: string }) {
  const { t } = useTexts();
  return (
    <div className="table-scroll"><table className="table" data-testid="machines">
      <thead><tr><th>{t('machines.machine')}</th><th>{t('machines.state')}</th><th>{t('machines.for')}</th><th>{t('machines.reason')}</th><th>{t('machines.order')}</th><th className="num">{t('machines.utilization')}</th><th className="num">{t('machines.rate')}</th><th>{t('machines.lane')}</th></tr></thead>
      <tbody>{list.map((machine) => <Row key={machine.id} machine={machine} zone={zone} />)}</tbody>
    </table></div>
  );
}

function Row({ machine, zone }: { machine: Machine; zone?: string }) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const now = useServerNow();
  const silent = shownState(machine) === 'no_data';
  const open = () => void navigate({ to: '/machines/$id', params: { id: machine.id } });
  return (
    <tr data-row tabIndex={0} data-testid={`machine-${machine.machine_code}`} onClick={open} onKeyDown={(event) => { if (event.key === 'Enter' && event.target === event.currentTarget) open(); }}>
      <td data-label="" className="nowrap"><Link to="/machines/$id" params={{ id: machine.id }} onClick={(event) => event.stopPropagation()}><b>{machine.machine_code}</b></Link> <span className="dim">{machine.name}</span></td>
      <td data-label={t('machines.state')}><StateBadge machine={machine} /></td>
      <td data-label={t('machines.for')} className="nowrap">{silent ? (machine.seen_at ? t('common.since', { time: clock(machine.seen_at, zone, language) }) : '–') : machine.since ? span(now - Date.parse(machine.since)) : '–'}</td>
      <td data-label={t('machines.reason')}>{needsReason(machine) ? <b className="missing">{t('state.untagged')}</b> : machine.downtime_reason ?? ''}</td>
      <td data-label={t('machines.order')} className="nowrap">{machine.current_work_order?.work_order_number ?? '–'}</td>
      <td data-label={t('machines.utilization')} className="num">{percent(machine.utilization_percent, language)}</td>
      <td data-label={t('machines.rate')} className="num">{units(machine.capacity_units_per_hour, language)}</td>
      <td data-label={t('machines.lane')}>{machine.lane_name ?? '–'}</td>
    </tr>
  );
}
