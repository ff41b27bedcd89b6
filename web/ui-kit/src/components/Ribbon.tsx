/**
 * The state ribbon: the last hours of one machine as our own SVG, drawn in real pixels so that hatching stays even.
 * Running is a thin bar; what is abnormal is tall. Stops without a reason are hatched.
 */
import { useElementSize } from '@mantine/hooks';
import { useId } from 'react';
import type { RibbonData, RibbonInterval } from '../api/types';
import { DAY_MS, momentIn, ticksIn } from '../format';
import { useTexts } from '../i18n';
import { shownActivity, type Shown } from '../state';

const HOUR_MS = 3_600_000;

interface Props {
  ribbon: RibbonData;
  from: number;
  to: number;
  /** Ids of the stops that still lack a reason. */
  untagged: ReadonlySet<string>;
  zone?: string;
  height?: number;
  /** What stands at the end; "now" where nothing is said. */
  end?: string;
  onStop?: (downtimeId: string) => void;
}

export function Ribbon({ ribbon, from, to, untagged, zone, height = 72, end, onStop }: Props) {
  const { t, language } = useTexts();
  const { ref, width } = useElementSize<HTMLDivElement>();
  const hatch = useId();
  const scale = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * width;
  const bodyHeight = height - 20;
  return (
    <div ref={ref} className="u-ribbon" data-testid="ribbon">
      <svg width={width} height={height} role="img" aria-label={t('ribbon.label', { hours: Math.round((to - from) / HOUR_MS) })}>
        <defs>
          <pattern id={hatch} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="8" height="8" className="u-hatch-ground" />
            <rect width="4" height="8" className="u-hatch-line" />
          </pattern>
        </defs>
        <rect className="u-ribbon-ground" x="0" y="0" width={width} height={bodyHeight} rx="4" />
        {ribbon.intervals.map((interval) => {
          const x = scale(Date.parse(interval.from));
          const w = scale(interval.to === null ? to : Date.parse(interval.to)) - x;
          if (w <= 0) return null;
          const open = interval.downtime_id !== null && untagged.has(interval.downtime_id);
          return <Piece key={interval.from} interval={interval} x={x} w={w} height={bodyHeight} fill={open ? `url(#${hatch})` : undefined} title={title(interval, open)} onStop={onStop} />;
        })}
        {ticksIn(from, to, width).map((at) => (
          <g key={at} className="u-ribbon-tick">
            <line x1={scale(at)} x2={scale(at)} y1={bodyHeight} y2={bodyHeight + 4} />
            {scale(at) > 18 && scale(at) < width - (to - from < DAY_MS ? 40 : 130) && <text x={scale(at)} y={height - 3} textAnchor="middle">{momentIn(at, to - from, HOUR_MS, zone, language)}</text>}
          </g>
        ))}
        <text className="u-ribbon-now" x={width} y={height - 3} textAnchor="end">{end ?? t('ribbon.now')}</text>
      </svg>
    </div>
  );

  function title(interval: RibbonInterval, open: boolean): string {
    const word = open ? t('state.untagged') : t(`state.${shownActivity(interval.activity)}`);
    const moment = (at: string): string => momentIn(at, to - from, (to - from) / Math.max(width, 1), zone, language);
    return `${word} ${moment(interval.from)}–${interval.to ? moment(interval.to) : t('ribbon.now')}`;
  }
}

/** Height share per state: the eye shall find the stops first. */
const TALL: Record<Shown, number> = {
  running: 0.22, available: 0.3, idle: 0.45, waiting: 0.7, setup: 0.6, down: 1, planned: 0.45, no_data: 0.12, retired: 0.1,
};

interface PieceProps {
  interval: RibbonInterval;
  x: number;
  w: number;
  height: number;
  fill?: string;
  title: string;
  onStop?: (downtimeId: string) => void;
}

function Piece({ interval, x, w, height, fill, title, onStop }: PieceProps) {
  const shown = shownActivity(interval.activity);
  // A stop event may begin while the activity is idle: what counts as a stop is drawn tall.
  const tall = fill ? 1 : TALL[shown];
  const id = interval.downtime_id;
  const y = height * (1 - tall);
  return (
    <g className={`u-piece u-piece-${shown}`} onClick={id && onStop ? () => onStop(id) : undefined}>
      <title>{title}</title>
      <rect x={x} y={y} width={Math.max(w, 1)} height={height * tall} fill={fill} style={fill ? { fill } : undefined} />
      {id && onStop && <rect x={x} y={0} width={Math.max(w, 1)} height={height} className="u-piece-hit" />}
    </g>
  );
}
