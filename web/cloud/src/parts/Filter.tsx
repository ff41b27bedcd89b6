/** The filter box of a list (key /) and the range buttons of the KPI pages. */
import { useTexts } from '@unison/ui-kit';
import { RANGES, type RangeName } from '../ranges';

export function Filter({ value, onChange, label }: { value: string; onChange: (text: string) => void; label: string }) {
  return <input type="search" className="filter" data-filter data-testid="filter" placeholder={`${label}  /`} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} onKeyDown={(event) => { if (event.key === 'Escape') event.currentTarget.blur(); }} />;
}

export function RangePicker({ value, onChange }: { value: RangeName; onChange: (range: RangeName) => void }) {
  const { t } = useTexts();
  return (
    <div className="segments" role="group" aria-label={t('range.label')}>
      {RANGES.map((range) => <button key={range} type="button" aria-pressed={range === value} data-testid={`range-${range}`} onClick={() => onChange(range)}>{t(`range.${range}`)}</button>)}
    </div>
  );
}
