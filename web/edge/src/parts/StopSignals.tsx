/**
 * What the machine's kept signals were around a stop: the stop is shaded, what the machine did is the band above. Its own
 * chunk, loaded when somebody wants to see it.
 */
import { clock, Empty, Loaded, Ribbon, Skeletons, useServerNow, useTexts, type Downtime } from '@unison/ui-kit';
import { useMemo, useState } from 'react';
import { useActivity, useKeptTags, useStationInfo } from '../reads';
import { around } from '../signals';
import { Signals } from './Signals';
import './signals.css';

const MARGINS = [2, 10, 60] as const;
/** A stop that goes on is drawn anew so often. */
const FOLLOW_MS = 10_000;
const NO_STOPS: ReadonlySet<string> = new Set();

export default function StopSignals({ stop }: { stop: Downtime }) {
  const { t } = useTexts();
  const tags = useKeptTags(stop.machine_code);
  return (
    <Loaded query={tags} what={t('signals.title')} skeleton={<Skeletons count={2} height={120} />}>
      {({ tags: list }) => list.length === 0 ? <Empty title={t('signals.none')} hint={t('signals.noneHint')} /> : <Chart stop={stop} tags={list} />}
    </Loaded>
  );
}

function Chart({ stop, tags }: { stop: Downtime; tags: Parameters<typeof Signals>[0]['tags'] }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const ticking = useServerNow(FOLLOW_MS);
  const [margin, setMargin] = useState<number>(MARGINS[1]);
  const isOver = stop.ended_at !== null && ticking > Date.parse(stop.ended_at) + margin * 60_000;
  // What is over does not move.
  const now = isOver ? Number.MAX_SAFE_INTEGER : Math.floor(ticking / FOLLOW_MS) * FOLLOW_MS;
  const { from, to } = around(stop.started_at, stop.ended_at, margin, now);
  const activity = useActivity(stop.machine_id, from, to);
  const shaded = useMemo(() => ({ from: Date.parse(stop.started_at), to: stop.ended_at ? Date.parse(stop.ended_at) : Date.parse(to) }), [stop.started_at, stop.ended_at, to]);
  return (
    <>
      <div className="began" role="group" aria-label={t('signals.margin')}>
        {MARGINS.map((minutes) => <button key={minutes} type="button" className="chip" aria-pressed={margin === minutes} onClick={() => setMargin(minutes)}>{t('signals.minutes', { minutes })}</button>)}
      </div>
      <Signals tags={tags} from={from} to={to} now={now} zone={zone} label={t('signals.chart', { machine: stop.machine_code })} shaded={shaded} follow={!isOver}
        band={activity.data && <Ribbon ribbon={activity.data} from={Date.parse(from)} to={Date.parse(to)} untagged={NO_STOPS} zone={zone} height={44} end={clock(to, zone, language)} />} />
      <p className="dim">{t('signals.legend')}</p>
    </>
  );
}
