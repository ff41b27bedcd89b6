/**
 * The four KPI cards. Coverage stands beside every figure, a missing value is "–", and a card leads to its causes.
 */
import { Loaded, oeeColour, percent, Skeletons, useTexts, type Oee } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import type { UseQueryResult } from '@tanstack/react-query';
import { KPIS, type Kpi } from '../router';

export function OeeCards({ query, chosen }: { query: UseQueryResult<Oee>; chosen?: Kpi }) {
  return (
    <Loaded query={query} what="OEE" skeleton={<div className="cards">{KPIS.map((k) => <Skeletons key={k} count={1} height={104} />)}</div>}>
      {(oee) => <div className="cards" data-testid="oee-cards">{KPIS.map((kpi) => <Card key={kpi} kpi={kpi} oee={oee} chosen={kpi === chosen} />)}</div>}
    </Loaded>
  );
}

function Card({ kpi, oee, chosen }: { kpi: Kpi; oee: Oee; chosen: boolean }) {
  const { t, language } = useTexts();
  const value = oee[kpi];
  const colour = kpi === 'oee' ? oeeColour(value) : 'none';
  return (
    <Link to="/" search={(old) => ({ ...old, kpi: chosen ? undefined : kpi })} resetScroll={false} className={`kpi kpi-${colour}`} aria-current={chosen || undefined} data-testid={`card-${kpi}`} data-colour={colour}>
      <span className="kpi-name">{t(`kpi.${kpi}`)}{kpi === 'oee' && oee.band && <em>{t(`band.${oee.band}`)}</em>}</span>
      <strong data-testid={`value-${kpi}`}>{percent(value, language)}</strong>
      <span className="kpi-note" data-testid={`coverage-${kpi}`}>{value === null && !oee.coverage ? t('kpi.none') : t('kpi.coverage', { percent: percent(oee.coverage, language) })}</span>
      {kpi === 'performance' && oee.performance_above_100 && <span className="kpi-flag">{t('kpi.above100')}</span>}
    </Link>
  );
}
