/**
 * What the machine's kept signals were around a stop: the stop is shaded, what the machine did is the band above. Its own
 * chunk, loaded when somebody wants to see it.
 */
import { DAY_MS, Empty, Loaded, momentIn, Ribbon, Skeletons, useServerNow, useTexts, type Downtime } from '@unison/ui-kit';
import { useMemo, useState } from 'react';
import { useActivity, useKeptTags, useStationInfo } from '../reads';
import { around, isCut, LONGEST_MS, ROWS } from '../signals';
import { Signals } from './Signals';
import './signals.css';

const MARGINS = [2, 10, 60] as const;
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
  const now = useServerNow(60_000);
  const [margin, setMargin] = useState<number>(MARGINS[1]);
  const stretch = useMemo(() => around(stop.started_at, stop.ended_at, margin), [stop.started_at, stop.ended_at, margin]);
  const activity = useActivity(stop.machine_id, stretch).data;
  const shaded = useMemo(() => ({ from: Date.parse(stop.started_at), to: stop.ended_at ? Date.parse(stop.ended_at) : null }), [stop.started_at, stop.ended_at]);
  const band = (from: number, to: number) => activity && (
    <Ribbon ribbon={activity} from={from} to={to} untagged={NO_STOPS} zone={zone} height={44} end={momentIn(to, to - from, (to - from) / ROWS, zone, language)} />
  );
  return (
    <>
      <div className="began" role="group" aria-label={t('signals.margin')}>
        {MARGINS.map((minutes) => <button key={minutes} type="button" className="chip" aria-pressed={margin === minutes} onClick={() => setMargin(minutes)}>{t('signals.minutes', { minutes })}</button>)}
      </div>
      {isCut(stretch, now) && <p className="note" role="status" data-testid="signals-cut">{t('signals.cut', { days: LONGEST_MS / DAY_MS })}</p>}
      <Signals tags={tags} subject={stop.id} stretch={stretch} zone={zone} label={t('signals.chart', { machine: stop.machine_code })} stop={shaded} band={band} />
      <p className="dim">{t('signals.legend')}</p>
    </>
  );
}
