/**
 * The dashboard: four cards, what the card you chose consists of, the 30-day line, and how the machines stand now.
 */
import { byUrgency, clock, Empty, LiveZone, Loaded, needsReason, shownState, StateBadge, StateGlyph, useTexts, type Machine, type Shown } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Breakdown } from '../parts/Breakdown';
import { RangePicker } from '../parts/Filter';
import { OeeCards } from '../parts/OeeCards';
import { Trend } from '../parts/Trend';
import { spanOf, type RangeName, type Span } from '../ranges';
import { useMachines, useOee } from '../reads';
import type { Kpi } from '../router';
import { stream, useCurrentPlantId, usePlant } from '../services';

interface Props {
  range?: RangeName;
  machine?: string;
  kpi?: Kpi;
}

/** The span moves on once a minute. */
export function useSpan(range: RangeName, zone?: string): Span {
  const [minute, setMinute] = useState(() => Math.floor(stream.serverNow() / 60_000));
  useEffect(() => {
    const timer = window.setInterval(() => setMinute(Math.floor(stream.serverNow() / 60_000)), 5_000);
    return () => window.clearInterval(timer);
  }, []);
  return spanOf(range, minute * 60_000, zone);
}

export function Dashboard({ range = '24h', machine, kpi }: Props) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const zone = usePlant()?.timezone;
  const span = useSpan(range, zone);
  const machines = useMachines();
  const plantId = useCurrentPlantId();
  const oee = useOee(span, machine, plantId);
  const list = (machines.data?.machines ?? []).filter((m) => plantId === undefined || m.plant_id === plantId);
  const chosen = list.find((m) => m.machine_code === machine);
  return (
    <section aria-labelledby="title">
      <header className="head">
        <h1 id="title">{t('nav.dashboard')}</h1>
        <select aria-label={t('machines.machine')} value={machine ?? ''} data-testid="machine-filter" onChange={(event) => void navigate({ to: '/', search: (old) => ({ ...old, machine: event.target.value || undefined }) })}>
          <option value="">{t('machines.all')}</option>
          {list.map((m) => <option key={m.id} value={m.machine_code}>{m.machine_code} {m.name}</option>)}
        </select>
        <RangePicker value={range} onChange={(next) => void navigate({ to: '/', search: (old) => ({ ...old, range: next }) })} />
        {oee.data && <span className="dim head-note">{t('kpi.asOf', { time: clock(oee.dataUpdatedAt, zone, language) })}</span>}
      </header>
      <OeeCards query={oee} chosen={kpi} />
      {kpi && <Breakdown kpi={kpi} span={span} oee={oee.data} machines={list} machine={chosen} zone={zone} />}
      <div className="columns">
        <Trend machine={machine} plant={plantId} />
        <section className="panel" aria-labelledby="now-title">
          <h2 id="now-title">{t('now.title')}</h2>
          <Loaded query={machines} what={t('nav.machines')}>
            {() => list.length === 0 ? <Empty title={t('machines.empty')} hint={t('machines.emptyHint')} /> : <LiveZone zone={zone} quiet><Now list={list} /></LiveZone>}
          </Loaded>
        </section>
      </div>
    </section>
  );
}

const ORDER: readonly Shown[] = ['down', 'no_data', 'waiting', 'setup', 'idle', 'planned', 'available', 'running'];
const ABNORMAL_MAX = 6;

function Now({ list }: { list: Machine[] }) {
  const { t } = useTexts();
  const abnormal = [...list].sort(byUrgency).filter((m) => !['running', 'available', 'retired'].includes(shownState(m)));
  return (
    <>
      <ul className="now-counts">
        {ORDER.map((shown) => {
          const count = list.filter((m) => shownState(m) === shown).length;
          return count === 0 ? null : <li key={shown}><Link to="/machines" search={(old) => ({ ...old, state: shown })}><StateGlyph shown={shown} size={18} /><b>{count}</b> {t(`state.${shown}`)}</Link></li>;
        })}
      </ul>
      <ul className="now-list">
        {abnormal.slice(0, ABNORMAL_MAX).map((m) => (
          <li key={m.id}><Link to="/machines/$id" params={{ id: m.id }}>{m.machine_code}</Link><StateBadge machine={m} /><span className="dim">{needsReason(m) ? <b className="missing">{t('state.untagged')}</b> : m.downtime_reason ?? m.name}</span></li>
        ))}
      </ul>
    </>
  );
}
