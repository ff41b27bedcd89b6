/**
 * The chart library of both apps: only what lines need of ECharts. To be imported by lazy chunks alone, as
 * '@unison/ui-kit/charts'. Tooltips are drawn and not HTML, because the pages' policy takes no inline style.
 */
import { useComputedColorScheme } from '@mantine/core';
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, type RefObject } from 'react';

echarts.use([LineChart, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export type ChartOption = Parameters<ReturnType<typeof echarts.init>['setOption']>[0];
/** A colour of the theme by its CSS variable, in the scheme that is shown. */
export type Colour = (name: string) => string;

/** Draws into the element; `make` must be stable while nothing changes. Follows size and colour scheme. */
export function useChart(make: (colour: Colour) => ChartOption): RefObject<HTMLDivElement | null> {
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<ReturnType<typeof echarts.init>>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const chart = echarts.init(element);
    drawn.current = chart;
    const watcher = new ResizeObserver(() => chart.resize());
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.dispose();
    };
  }, []);
  // New data go into the chart that is there, so that whoever reads it keeps what they point at.
  useEffect(() => {
    const css = getComputedStyle(document.documentElement);
    drawn.current?.setOption({ animation: false, ...make((name) => css.getPropertyValue(name).trim()) }, { notMerge: true });
  }, [make, scheme]);
  return box;
}

/** The look of all tooltips. */
export const tooltip = (colour: Colour) => ({
  trigger: 'axis' as const, renderMode: 'richText' as const, backgroundColor: colour('--ink'), borderWidth: 0, textStyle: { color: colour('--surface') },
});
