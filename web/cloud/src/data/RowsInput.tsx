/** A few rows of small inputs: breaks of a shift, prefixes of numbers. An empty row stays on screen only. */
import { useTexts, type Choice } from '@unison/ui-kit';
import { useRef, useState } from 'react';

export interface RowColumn {
  name: string;
  label: string;
  type: 'time' | 'number' | 'text' | 'choice';
  choices?: Choice[];
}

export type RowOfInputs = Record<string, string>;

interface Props {
  columns: RowColumn[];
  begin: RowOfInputs[];
  disabled?: boolean;
  describedBy?: string;
  onChange: (begun: RowOfInputs[]) => void;
}

export function RowsInput({ columns, begin, disabled, describedBy, onChange }: Props) {
  const { t } = useTexts();
  const [rows, setRows] = useState(begin);
  const box = useRef<HTMLDivElement>(null);
  // A row that somebody began goes out as it is, so that the server says what it lacks.
  const isBegun = (row: RowOfInputs) => columns.some((c) => (row[c.name] ?? '') !== '');
  const set = (next: RowOfInputs[]): void => {
    setRows(next);
    onChange(next.filter(isBegun));
  };
  const add = (): void => {
    set([...rows, {}]);
    window.setTimeout(() => [...(box.current?.querySelectorAll<HTMLElement>('.row-inputs') ?? [])].at(-1)?.querySelector<HTMLElement>('input, select')?.focus(), 0);
  };
  const input = (column: RowColumn, row: RowOfInputs, i: number) => {
    const common = { className: 'input', disabled, 'aria-label': `${column.label} ${i + 1}`, 'aria-describedby': describedBy, value: row[column.name] ?? '' };
    const change = (value: string) => set(rows.map((r, j) => (j === i ? { ...r, [column.name]: value } : r)));
    if (column.type === 'choice') {
      const known = column.choices?.some((c) => c.value === common.value) ?? false;
      return <select key={column.name} {...common} onChange={(e) => change(e.target.value)}><option value="">{t('data.choose')}</option>{!known && common.value !== '' && <option value={common.value}>{common.value}</option>}{column.choices?.map((c) => <option key={c.value} value={c.value}>{c.label}</option>)}</select>;
    }
    return <input key={column.name} {...common} type={column.type === 'time' ? 'time' : 'text'} inputMode={column.type === 'number' ? 'numeric' : undefined} placeholder={column.type === 'time' ? undefined : column.label} onChange={(e) => change(e.target.value)} />;
  };
  return (
    <div className="rows-input" ref={box}>
      {rows.map((row, i) => (
        // A row is its place: it has no name of its own.
        <div className="row-inputs" key={i}>
          {columns.map((c) => input(c, row, i))}
          <button type="button" className="icon" disabled={disabled} aria-label={t('data.removeRow', { row: i + 1 })} onClick={() => set(rows.filter((_, j) => j !== i))}>×</button>
        </div>
      ))}
      <button type="button" className="button" disabled={disabled} data-testid="add-row" onClick={add}>{t('data.addRow')}</button>
    </div>
  );
}
