/** The rows of a list: dense on a desk, cards on a phone; sorted by their headers, walked with j and k. */
import { useTexts, type EntityForm, type Field, type ResourceRecord } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { usePlant } from '../services';
import { sortBy, sortKeys } from './address';
import { Cell } from './Cell';
import { useLabels } from './labels';
import { choosable, keyOf, titleOf } from './values';

type Chosen = ReadonlyMap<string, true>;

interface Props {
  form: EntityForm;
  columns: Field[];
  records: ResourceRecord[];
  sort: string | undefined;
  busy: boolean;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  onSort: (sort: string | undefined) => void;
}

export function Rows({ form, columns, records, sort, busy, chosen, onChoose, onSort }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const ids = choosable(records);
  const all = ids.length > 0 && ids.every((id) => chosen.has(id));
  // Where nothing can be done to several at once there is nothing to choose.
  const selectable = form.allowed.some((a) => a.action === 'bulk');
  const some = !all && ids.some((id) => chosen.has(id));
  const chooseAll = (): void => {
    const next = new Map(chosen);
    for (const id of ids) if (all) next.delete(id); else next.set(id, true);
    onChoose(next);
  };
  const choose = (id: string): void => {
    const next = new Map(chosen);
    if (!next.delete(id)) next.set(id, true);
    onChoose(next);
  };
  return (
    <div className="table-scroll" aria-busy={busy}>
      <table className={`table rows${busy ? ' rows-busy' : ''}`} data-testid="rows">
        <thead>
          <tr>
            {selectable && <th className="col-select"><input type="checkbox" className="check" aria-label={t('data.selectAll')} checked={all} disabled={ids.length === 0} ref={(box) => { if (box) box.indeterminate = some; }} onChange={chooseAll} data-testid="select-all" /></th>}
            {columns.map((field) => <Head key={field.name} field={field} label={labels.field(form.entity, field)} sort={sort} onSort={onSort} />)}
          </tr>
        </thead>
        <tbody>{records.map((record) => <Row key={keyOf(record)} form={form} columns={columns} record={record} selectable={selectable} canChoose={ids.includes(keyOf(record))} isChosen={chosen.has(keyOf(record))} onChoose={choose} />)}</tbody>
      </table>
    </div>
  );
}

const isNumber = (field: Field) => field.kind === 'integer' || field.kind === 'decimal';

function Head({ field, label, sort, onSort }: { field: Field; label: string; sort: string | undefined; onSort: (sort: string | undefined) => void }) {
  const key = sortKeys(sort).find((k) => k.field === field.name);
  const order = !key ? undefined : key.isDown ? 'descending' : 'ascending';
  if (!field.sort) return <th className={isNumber(field) ? 'num' : undefined}>{label}</th>;
  return (
    <th aria-sort={order} className={isNumber(field) ? 'num' : undefined}>
      <button type="button" className="sort" data-testid={`sort-${field.name}`} onClick={(event) => onSort(sortBy(sort, field.name, event.shiftKey))}>{label}<i aria-hidden>{!key ? '' : key.isDown ? '▾' : '▴'}</i></button>
    </th>
  );
}

interface RowProps {
  form: EntityForm;
  columns: Field[];
  record: ResourceRecord;
  selectable: boolean;
  canChoose: boolean;
  isChosen: boolean;
  onChoose: (id: string) => void;
}

function Row({ form, columns, record, selectable, canChoose, isChosen, onChoose }: RowProps) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const zone = usePlant()?.timezone;
  const id = keyOf(record);
  const params = { path: form.path.slice(1), id };
  const open = () => void navigate({ to: '/data/$path/$id', params });
  const { title } = titleOf(record, form);
  return (
    <tr data-row tabIndex={0} className={`${selectable ? 'row-selectable ' : ''}${isChosen ? 'row-chosen' : ''}${record.is_active ? '' : ' row-archived'}`} data-testid={`row-${id}`}
      onClick={(event) => { if (!(event.target as Element).closest('a, input, button, label') && !window.getSelection()?.toString()) open(); }}
      onKeyDown={(event) => { if (event.key === 'Enter' && !event.ctrlKey && event.target === event.currentTarget) open(); }}>
      {selectable && <td className="col-select" data-label="">{canChoose && <input type="checkbox" className="check" data-select tabIndex={-1} aria-label={t('data.select', { what: title })} checked={isChosen} onChange={() => onChoose(id)} />}</td>}
      {columns.map((field, i) => (
        <td key={field.name} data-label={i === 0 ? '' : labels.field(form.entity, field)} className={isNumber(field) ? 'num nowrap' : i === 0 ? 'nowrap cell-title' : undefined}>
          {i === 0 ? <><Link to="/data/$path/$id" params={params}><b><Cell field={field} record={record} entity={form.entity} zone={zone} /></b></Link>{!record.is_active && <span className="wo wo-paused">{t('data.isArchived')}</span>}</> : <span className="cell"><Cell field={field} record={record} entity={form.entity} zone={zone} /></span>}
        </td>
      ))}
    </tr>
  );
}
