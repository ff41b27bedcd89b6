/**
 * Kept signals over some time: a chart, its table twin, and the file of all values. Loaded when needed.
 */
import { clock, decimal, Failure, NONE, Skeletons, useTexts, type Tag, type TagHistory } from '@unison/ui-kit';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useTagHistories } from '../reads';
import { exportPath, nameOf, twinOf, valueText } from '../signals';

const SignalChart = lazy(() => import('./SignalChart'));

/** Lines at once; the others can be chosen. */
const LINES = 4;
const LINES_MAX = 8;
const POINTS = 600;

interface Props {
  tags: Tag[];
  from: string;
  to: string;
  now: number;
  zone: string | undefined;
  label: string;
  shaded?: { from: number; to: number };
  /** The time is not over. */
  follow: boolean;
  /** Above the lines and as wide. */
  band?: ReactNode;
}

export function Signals({ tags, from, to, now, zone, label, shaded, follow, band }: Props) {
  const { t } = useTexts();
  const [chosen, setChosen] = useState<string[]>(() => tags.slice(0, LINES).map((tag) => tag.name));
  const shown = useMemo(() => tags.filter((tag) => chosen.includes(tag.name)), [tags, chosen]);
  const histories = useTagHistories(shown.map((tag) => tag.name), from, to, POINTS, follow);
  const stamp = histories.map((one) => one.dataUpdatedAt).join();
  const signals = useMemo(
    () => shown.flatMap((tag, i) => { const history = histories[i]?.data; return history ? [{ tag, history }] : []; }),
    [shown, stamp], // eslint-disable-line react-hooks/exhaustive-deps
  );
  const failed = histories.find((one) => one.isError);
  const toggle = (name: string): void => setChosen(chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name]);
  const lines = useMemo(() => signals.filter(({ tag }) => tag.type !== 'string'), [signals]);
  return (
    <div className="signals" data-testid="signals">
      {tags.length > 1 && (
        <div className="began" role="group" aria-label={t('signals.choose')}>
          {tags.map((tag) => (
            <button key={tag.name} type="button" className="chip" aria-pressed={chosen.includes(tag.name)} disabled={!chosen.includes(tag.name) && chosen.length >= LINES_MAX} onClick={() => toggle(tag.name)}>{tag.meaning ?? tag.name}</button>
          ))}
        </div>
      )}
      {failed && <Failure what={t('signals.title')} error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && signals.length < shown.length && <Skeletons count={1} height={128 * shown.length} />}
      {band && <div className="signal-band">{band}</div>}
      {lines.length > 0 && (
        <Suspense fallback={<Skeletons count={1} height={128 * lines.length} />}>
          <SignalChart signals={lines} from={Date.parse(from)} to={Date.parse(to)} now={now} zone={zone} label={label} shaded={shaded} />
        </Suspense>
      )}
      {signals.length > 0 && (
        <>
          <details className="twin">
            <summary>{t('signals.table')}</summary>
            <Twin signals={signals} from={Date.parse(from)} to={Date.parse(to)} zone={zone} />
          </details>
          <a className="back" href={exportPath(shown.map((tag) => tag.name), from, to)} download data-testid="signals-export">{t('signals.export')}</a>
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
            <th scope="row">{clock(row.from, zone, language)}</th>
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
