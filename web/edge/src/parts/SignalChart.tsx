/**
 * Lines of signals below each other over one time, its own chunk. A stop is shaded; where nothing was seen there is no line.
 */
import { decimal, momentIn, useTexts, type Tag, type TagHistory } from '@unison/ui-kit';
import { tooltip, useChart, type ChartOption, type Colour } from '@unison/ui-kit/charts';
import { useCallback } from 'react';
import { lineOf, nameOf, POINTS, ROWS } from '../signals';

/** Pixels of one line with its name; the styles know it, too. */
const LINE = 128;
/** Left and right of the lines; what stands above them is as far in. */
const LEFT = 64;
const RIGHT = 14;

interface Props {
  signals: { tag: Tag; history: TagHistory }[];
  from: number;
  to: number;
  zone: string | undefined;
  label: string;
  shaded?: { from: number; to: number };
}

export default function SignalChart({ signals, from, to, zone, label, shaded }: Props) {
  const { t, language } = useTexts();
  const make = useCallback((colour: Colour): ChartOption => {
    const last = signals.length - 1;
    const tip = (items: unknown): string => {
      const all = items as { seriesIndex: number; value: [number, number | null]; axisValue: number }[];
      const lines = all.filter((item, i) => all.findLastIndex((other) => other.seriesIndex === item.seriesIndex) === i)
        .map((item) => `${signals[item.seriesIndex]?.tag.name ?? ''}: ${item.value[1] === null ? t('signals.unseen') : decimal(item.value[1], language, 4)}`);
      return [momentIn(all[0]?.axisValue, to - from, (to - from) / POINTS, zone, language), ...lines].join('\n');
    };
    return {
      grid: signals.map((_, i) => ({ left: LEFT, right: RIGHT, top: 34 + i * LINE, height: LINE - 48 })),
      tooltip: { ...tooltip(colour), formatter: (items: unknown) => tip(items) },
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      xAxis: signals.map((_, i) => ({
        type: 'time' as const, gridIndex: i, min: from, max: to, axisLine: { lineStyle: { color: colour('--line-strong') } }, splitLine: { show: false },
        axisLabel: { show: i === last, color: colour('--dim'), hideOverlap: true, formatter: (at: number) => momentIn(at, to - from, (to - from) / ROWS, zone, language) }, axisTick: { show: i === last },
      })),
      yAxis: signals.map(({ tag }, i) => ({
        type: 'value' as const, gridIndex: i, scale: tag.type !== 'bool', name: nameOf(tag), nameLocation: 'end' as const, nameGap: 13,
        nameTextStyle: { color: colour('--ink'), align: 'left' as const, fontWeight: 'bold' as const, padding: [0, 0, 0, 4 - LEFT] },
        ...(tag.type === 'bool' ? { min: 0, max: 1, interval: 1 } : { splitNumber: 2 }),
        axisLabel: { color: colour('--dim'), hideOverlap: true, formatter: (value: number) => (tag.type === 'bool' ? t(value === 1 ? 'signals.on' : 'signals.off') : decimal(value, language, 3)) },
        splitLine: { lineStyle: { color: colour('--line') } },
      })),
      series: signals.map(({ history }, i) => ({
        type: 'line' as const, xAxisIndex: i, yAxisIndex: i, data: lineOf(history), connectNulls: false, showSymbol: false,
        lineStyle: { width: 2 }, color: colour('--brand'),
        ...(shaded ? { markArea: { silent: true, itemStyle: { color: colour('--down'), opacity: 0.14 }, data: [[{ xAxis: shaded.from }, { xAxis: shaded.to }]] } } : {}),
      })),
    } as ChartOption;
  }, [signals, from, to, zone, shaded, language, t]);
  const box = useChart(make);
  return <div ref={box} className={`signal-chart lines-${Math.min(signals.length, 8)}`} role="img" aria-label={label} data-testid="signal-chart" />;
}
