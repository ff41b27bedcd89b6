/**
 * Kept signals over some time: a chart, its table twin, and the file of all values. Loaded when needed.
 */
import { clock, decimal, Failure, momentIn, NONE, Skeletons, useTexts, type Tag, type TagHistory } from '@unison/ui-kit';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useTagHistories } from '../reads';
import { exportPath, nameOf, ROWS, twinOf, valueText, type Stretch } from '../signals';

const SignalChart = lazy(() => import('./SignalChart'));

/** Lines at once; the others can be chosen. */
const LINES = 4;
const LINES_MAX = 8;

interface Props {
  tags: Tag[];
  /** What the chart is about: other times of it may stand there until the answer comes. */
  subject: string;
  stretch: Stretch;
  zone: string | undefined;
  label: string;
  /** A stop; without an end it goes on. */
  stop?: { from: number; to: number | null };
  /** Above the lines and as wide. */
  band?: (from: number, to: number) => ReactNode;
}

export function Signals({ tags, subject, stretch, zone, label, stop, band }: Props) {
  const { t, language } = useTexts();
  const [chosen, setChosen] = useState<string[]>(() => tags.slice(0, LINES).map((tag) => tag.name));
  const shown = useMemo(() => tags.filter((tag) => chosen.includes(tag.name)), [tags, chosen]);
  const histories = useTagHistories(shown.map((tag) => tag.name), subject, stretch);
  const stamp = histories.map((one) => `${one.dataUpdatedAt}${one.isPlaceholderData}`).join();
  const signals = useMemo(
    () => shown.flatMap((tag, i) => { const history = histories[i]?.data; return history ? [{ tag, history }] : []; }),
    [shown, stamp], // eslint-disable-line react-hooks/exhaustive-deps
  );
  const failed = histories.filter((one) => one.isError);
  const refetch = (): void => failed.forEach((one) => void one.refetch());
  const blank = failed.find((one) => one.data === undefined);
  const oldest = Math.min(...failed.map((one) => one.dataUpdatedAt));
  const waiting = histories.filter((one) => one.isPending).length;
  const toggle = (name: string): void => setChosen(chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name]);
  const lines = useMemo(() => signals.filter(({ tag }) => tag.type !== 'string'), [signals]);
  // The time that was answered for: where no answer comes the chart stands still and says so.
  const from = Math.min(...signals.map(({ history }) => Date.parse(history.from)));
  const to = Math.max(...signals.map(({ history }) => Date.parse(history.to)));
  const shaded = useMemo(() => stop && { from: stop.from, to: stop.to ?? to }, [stop, to]);
  return (
    <div className="signals" data-testid="signals">
      {tags.length > 1 && (
        <div className="began" role="group" aria-label={t('signals.choose')}>
          {tags.map((tag) => (
            <button key={tag.name} type="button" className="chip" aria-pressed={chosen.includes(tag.name)} disabled={!chosen.includes(tag.name) && chosen.length >= LINES_MAX} onClick={() => toggle(tag.name)}>{tag.meaning ?? tag.name}</button>
          ))}
        </div>
      )}
      {blank ? <Failure what={t('signals.title')} error={blank.error} retry={refetch} />
      : failed.length > 0 && (
        <p className="u-strip" role="status" data-testid="refresh-failed">
          {t('common.refreshFailed', { time: clock(oldest, zone, language) })}
          <button type="button" onClick={refetch}>{t('common.retry')}</button>
        </p>
      )}
      {signals.length > 0 && band && <div className="signal-band">{band(from, to)}</div>}
      {lines.length > 0 && (
        <Suspense fallback={<Skeletons count={1} height={128 * lines.length} />}>
          <SignalChart signals={lines} from={from} to={to} zone={zone} label={label} shaded={shaded} />
        </Suspense>
      )}
      {waiting > 0 && <Skeletons count={1} height={128 * waiting} />}
      {signals.length > 0 && (
        <>
          <details className="twin">
            <summary>{t('signals.table')}</summary>
            <Twin signals={signals} from={from} to={to} zone={zone} />
          </details>
          <a className="back" href={exportPath(shown.map((tag) => tag.name), new Date(from).toISOString(), new Date(to).toISOString())} download data-testid="signals-export">{t('signals.export')}</a>
        </>
      )}
    </div>
  );
}

function Twin({ signals, from, to, zone }: { signals: { tag: Tag; history: TagHistory }[]; from: number; to: number; zone: string | undefined }) {
  const { t, language } = useTexts();
  const words = { on: t('signals.on'), off: t('signals.off') };
  const rows = useMemo(() => twinOf(signals.map(({ history }) => history), from, to), [signals, from, to]);
  const number = (tag: Tag, n: number | null) => (n === null ? NONE : tag.type === 'bool' ? valueText(n === 1, language, words) : decimal(n, language, 4));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('signals.table')}>
      <table className="plain-table" data-testid="signals-table">
        <thead><tr><th scope="col">{t('signals.time')}</th>{signals.map(({ tag }) => <th scope="col" key={tag.name}>{nameOf(tag)}</th>)}</tr></thead>
        <tbody>{rows.map((row) => (
          <tr key={row.from}>
            <th scope="row">{momentIn(row.from, to - from, (to - from) / ROWS, zone, language)}</th>
            {signals.map(({ tag }, i) => {
              const cell = row.cells[i];
              if (!cell) return null;
              const text = tag.type === 'string' ? cell.text ?? NONE
                : cell.min === cell.max ? number(tag, cell.min) : t('signals.range', { min: number(tag, cell.min), max: number(tag, cell.max) });
              return <td key={tag.name}>{text}{cell.hasGap && <small>{t('signals.gap')}</small>}</td>;
            })}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
