/**
 * OEE of the last 30 days: a line, loaded when needed, with a table twin for those who cannot see it.
 */
import { day, Empty, Loaded, percent, Skeletons, useTexts, type OeeDay } from '@unison/ui-kit';
import { lazy, Suspense } from 'react';
import { useTrend } from '../reads';

const Chart = lazy(() => import('./TrendChart'));

export function Trend({ machine, plant }: { machine?: string; plant?: number }) {
  const { t } = useTexts();
  const trend = useTrend(machine, plant);
  return (
    <section className="panel" aria-labelledby="trend-title">
      <h2 id="trend-title">{t('trend.title')}</h2>
      <Loaded query={trend} what={t('trend.title')} skeleton={<Skeletons count={1} height={240} />}>
        {({ days }) => days.every((d) => d.oee === null) ? <Empty title={t('trend.empty')} hint={t('trend.emptyHint')} /> : (
          <>
            <Suspense fallback={<Skeletons count={1} height={240} />}><Chart days={days} /></Suspense>
            <details className="twin">
              <summary>{t('trend.table')}</summary>
              <Twin days={days} />
            </details>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Twin({ days }: { days: OeeDay[] }) {
  const { t, language } = useTexts();
  return (
    <table className="table" data-testid="trend-table">
      <thead><tr><th>{t('trend.day')}</th><th className="num">{t('kpi.oee')}</th><th className="num">{t('kpi.availability')}</th><th className="num">{t('kpi.performance')}</th><th className="num">{t('kpi.quality')}</th><th className="num">{t('kpi.coverageWord')}</th></tr></thead>
      <tbody>{[...days].reverse().map((d) => (
        <tr key={d.date}>
          <td data-label="">{day(`${d.date}T12:00:00Z`, 'UTC', language)}</td>
          <td data-label={t('kpi.oee')} className="num">{percent(d.oee, language)}</td>
          <td data-label={t('kpi.availability')} className="num">{percent(d.availability, language)}</td>
          <td data-label={t('kpi.performance')} className="num">{percent(d.performance, language)}</td>
          <td data-label={t('kpi.quality')} className="num">{percent(d.quality, language)}</td>
          <td data-label={t('kpi.coverageWord')} className="num">{percent(d.coverage, language)}</td>
        </tr>
      ))}</tbody>
    </table>
  );
}
