/**
 * The chart itself, its own chunk.
 */
import { day, percent, useTexts, type OeeDay } from '@unison/ui-kit';
import { tooltip, useChart, type ChartOption, type Colour } from '@unison/ui-kit/charts';
import { useCallback } from 'react';

export default function TrendChart({ days }: { days: OeeDay[] }) {
  const { t, language } = useTexts();
  const make = useCallback((colour: Colour): ChartOption => {
    const tip = (items: unknown): string => {
      const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
      const d = days[index];
      if (!d) return '';
      return [
        day(`${d.date}T12:00:00Z`, 'UTC', language),
        `${t('kpi.oee')} ${percent(d.oee, language)}`,
        `${t('kpi.availability')} ${percent(d.availability, language)} · ${t('kpi.performance')} ${percent(d.performance, language)} · ${t('kpi.quality')} ${percent(d.quality, language)}`,
        t('kpi.coverage', { percent: percent(d.coverage, language) }),
      ].join('\n');
    };
    return {
      grid: { left: 8, right: 56, top: 16, bottom: 4, containLabel: true },
      xAxis: { type: 'category', boundaryGap: false, data: days.map((d) => day(`${d.date}T12:00:00Z`, 'UTC', language)), axisLabel: { color: colour('--dim'), hideOverlap: true }, axisLine: { lineStyle: { color: colour('--line-strong') } }, axisTick: { show: false } },
      yAxis: { type: 'value', min: 0, max: 100, interval: 25, axisLabel: { color: colour('--dim'), formatter: '{value} %' }, splitLine: { lineStyle: { color: colour('--line') } } },
      tooltip: { ...tooltip(colour), formatter: (items: unknown) => tip(items) },
      series: [{
        type: 'line', data: days.map((d) => d.oee), connectNulls: false, showSymbol: true, symbolSize: 5, lineStyle: { width: 2.5 }, color: colour('--brand'),
        areaStyle: { opacity: 0.08 },
        markLine: {
          silent: true, symbol: 'none', label: { color: colour('--dim'), formatter: '{c} %', position: 'end' },
          data: [{ yAxis: 85, lineStyle: { color: colour('--run'), type: 'dashed' } }, { yAxis: 70, lineStyle: { color: colour('--yellow'), type: 'dashed' } }],
        },
      }],
    };
  }, [days, language, t]);
  const box = useChart(make);
  return <div ref={box} className="chart" role="img" aria-label={t('trend.title')} data-testid="trend-chart" />;
}
