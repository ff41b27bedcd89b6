/** The filters of a list, one per field that the server can filter by, and which records of which plants. */
import { useTexts, type EntityForm, type Field } from '@unison/ui-kit';
import { useEffect, useId, useRef, useState } from 'react';
import { Filter } from '../parts/Filter';
import { usePlant, useSession } from '../services';
import { filterable, filterName, isRange, type ListSearch } from './address';
import { useLabels } from './labels';
import { ReferenceInput } from './ReferenceInput';
import { fromLocal, toLocal } from '@unison/ui-kit';

const REST_MS = 250;

type Change = (change: Record<string, string | undefined>, replace?: boolean) => void;

/** The address follows once the typing rests, so that each letter is no question to the server. */
function useResting(value: string, onChange: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState<string | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    // The address caught up with the typing, or somebody else changed it; letters typed meanwhile stay.
    if (value !== sent || typed === value) setTyped(null);
  }
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = window.setTimeout(() => {
      setSent(typed);
      latest.current(typed);
    }, REST_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return [typed ?? value, setTyped];
}

export function RestingSearch({ value, label, onChange }: { value: string; label: string; onChange: (text: string) => void }) {
  const [text, setText] = useResting(value, onChange);
  return <Filter value={text} label={label} onChange={setText} />;
}

function RestingInput({ id, value, type, label, onChange }: { id?: string; value: string; type: string; label?: string; onChange: (text: string) => void }) {
  const [text, setText] = useResting(value, onChange);
  return <input id={id} className="input" type={type} aria-label={label} inputMode={type === 'text' ? undefined : 'decimal'} value={text} onChange={(e) => setText(e.target.value)} />;
}

export function Filters({ form, search, onChange, onClear }: { form: EntityForm; search: ListSearch; onChange: Change; onClear?: () => void }) {
  const { t } = useTexts();
  const plants = useSession()?.plants ?? [];
  const id = useId();
  return (
    <div className="filters" id="filters" role="group" aria-label={t('data.filters')} data-testid="filters">
      {filterable(form).filter((f) => f.name !== 'plant_id').map((field) => <One key={field.name} form={form} field={field} search={search} onChange={onChange} />)}
      {form.scope === 'plant' && plants.length > 1 && (
        <div className="filter-one"><label htmlFor={`${id}-plant`}>{t('nav.plant')}</label>
          <select id={`${id}-plant`} className="input" value={search['plant_id'] ?? ''} data-testid="filter-plant_id" onChange={(e) => onChange({ plant_id: e.target.value || undefined })}>
            <option value="">{t('data.thisPlant')}</option><option value="all">{t('nav.allPlants')}</option>
            {plants.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
          </select>
        </div>
      )}
      <div className="filter-one"><label htmlFor={`${id}-active`}>{t('data.archiveFilter')}</label>
        <select id={`${id}-active`} className="input" value={search['is_active'] ?? 'true'} data-testid="filter-is_active" onChange={(e) => onChange({ is_active: e.target.value === 'true' ? undefined : e.target.value })}>
          <option value="true">{t('data.activeOnly')}</option><option value="false">{t('data.archivedOnly')}</option><option value="all">{t('data.both')}</option>
        </select>
      </div>
      {onClear && <button type="button" className="button filter-clear" onClick={onClear}>{t('filter.clear')}</button>}
    </div>
  );
}

function One({ form, field, search, onChange }: { form: EntityForm; field: Field; search: ListSearch; onChange: Change }) {
  const { t } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const id = useId();
  const name = filterName(field);
  const label = labels.field(form.entity, field) + (field.unit ? ` (${field.unit})` : '');
  const value = search[name] ?? '';
  const set = (text: string) => onChange({ [name]: text || undefined });
  if (isRange(field)) {
    const type = field.kind === 'date' || field.kind === 'timestamp' ? 'date' : field.kind === 'time' ? 'time' : 'text';
    const bound = (side: 'from' | 'to') => {
      const full = `${name}_${side}`;
      // A day means from its beginning to its end; the server compares moments.
      const text = field.kind === 'timestamp' ? toLocal(search[full] ?? '', zone).slice(0, 10) : (search[full] ?? '');
      const moment = (v: string) => (side === 'from' ? fromLocal(`${v}T00:00`, zone) : fromLocal(`${v}T23:59`, zone)?.replace(':00Z', ':59Z')) ?? '';
      const out = (v: string) => (v && field.kind === 'timestamp' ? moment(v) : type === 'text' ? v.replace(',', '.') : v);
      return <RestingInput type={type} label={`${label} ${t(`data.${side}`)}`} value={text} onChange={(v) => onChange({ [full]: out(v) || undefined }, true)} />;
    };
    return <div className="filter-one filter-range" role="group" aria-label={label}><span>{label}</span><div>{bound('from')}<i aria-hidden>–</i>{bound('to')}</div></div>;
  }
  return (
    <div className="filter-one">
      <label htmlFor={id}>{label}</label>
      {field.kind === 'reference' && field.reference ? (
        <ReferenceInput id={id} reference={field.reference} value={value} text={null} onChoose={(chosen) => set(chosen)} />
      ) : field.kind === 'boolean' ? (
        <select id={id} className="input" value={value} data-testid={`filter-${field.name}`} onChange={(e) => set(e.target.value)}><option value="">{t('data.any')}</option><option value="true">{t('data.yes')}</option><option value="false">{t('data.no')}</option></select>
      ) : field.choices?.length ? (
        <select id={id} className="input" value={value} data-testid={`filter-${field.name}`} onChange={(e) => set(e.target.value)}>
          <option value="">{t('data.any')}</option>
          {field.choices.map((c) => <option key={c.value} value={c.value}>{labels.choice(form.entity, field.name, c.value, c.label)}</option>)}
          {value.includes(',') && <option value={value}>{value}</option>}
        </select>
      ) : (
        <RestingInput id={id} type="text" value={value} onChange={set} />
      )}
    </div>
  );
}
