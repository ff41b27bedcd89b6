/** One input per kind of field, with its label, its help and what the server said about it. */
import { useTexts, type Field } from '@unison/ui-kit';
import { useId } from 'react';
import { GrantsInput } from '../people/GrantsInput';
import { RoleChecklist } from '../people/RoleChecklist';
import { useLabels } from './labels';
import { FileInput } from './FileInput';
import { ReferenceInput } from './ReferenceInput';
import { useAll, useEntities } from './reads';
import { RowsInput, type RowOfInputs } from './RowsInput';
import { editorOf, entityChoices, namesEntity, suggestionsOf, type Suggestions } from './special';
import { isChecklist, isTriState, keyOf, titleOf, type Input } from './values';

export interface FieldProps {
  entity: string;
  field: Field;
  value: Input;
  /** The name of what a look-up points to. */
  text: string | null;
  problem: string | null;
  disabled?: boolean;
  onChange: (value: Input, text?: string | null) => void;
  onCreate?: (typed: string) => void;
}

/** UI-03: label with a red asterisk, help behind an info sign, the problem below the input. */
export function FieldRow(props: FieldProps) {
  const { t } = useTexts();
  const labels = useLabels();
  const { entity, field, problem } = props;
  const id = useId();
  const label = labels.field(entity, field);
  const help = labels.help(entity, field);
  const many = isChecklist(field) || editorOf(entity, field.name) !== null;
  const hints = [help ? `${id}-help` : null, problem ? `${id}-problem` : null].filter(Boolean).join(' ') || undefined;
  return (
    <div className={`field${problem ? ' field-wrong' : ''}${field.kind === 'boolean' && !isTriState(field) ? ' field-check' : ''}`} role={many ? 'group' : undefined} aria-labelledby={many ? `${id}-label` : undefined} aria-describedby={many ? hints : undefined} data-field={field.name}>
      <div className="field-label">
        {many ? <span id={`${id}-label`}>{label}</span> : <label htmlFor={id} id={`${id}-label`}>{label}</label>}
        {field.required && !field.read_only && field.kind !== 'boolean' && <><b className="required" aria-hidden>*</b><span className="u-visually-hidden"> {t('data.required')}</span></>}
        {help && <Info text={help} id={`${id}-help`} />}
      </div>
      <div className="field-input">
        <div className="field-line"><FieldInput {...props} id={id} describedBy={hints} />{field.unit && <span className="unit">{field.unit}</span>}</div>
        {problem && <p className="field-problem" id={`${id}-problem`}>{problem}</p>}
      </div>
    </div>
  );
}

/** A sign that shows its text to the pointer, to the keyboard and to a touch. */
export function Info({ text, id }: { text: string; id: string }) {
  return (
    <span className="info">
      <button type="button" className="info-sign" aria-describedby={id} aria-label="i" tabIndex={0}><span aria-hidden>i</span></button>
      <span className="info-text" role="tooltip" id={id}>{text}</span>
    </span>
  );
}

type InputProps = FieldProps & { id: string; describedBy?: string };

function FieldInput(props: InputProps) {
  const { t } = useTexts();
  const labels = useLabels();
  const { entity, field, value, text, problem, id, describedBy, onChange, onCreate } = props;
  const disabled = props.disabled === true || field.read_only;
  const common = { id, disabled, 'aria-invalid': problem !== null || undefined, 'aria-describedby': describedBy, 'aria-required': field.required || undefined };
  const words = typeof value === 'string' ? value : '';
  const known = suggestionsOf(field);
  const editor = editorOf(entity, field.name);
  if (editor === 'grants') return <GrantsInput value={Array.isArray(value) ? value : []} disabled={disabled} onChange={onChange} />;
  if (editor !== null) return <Rows {...props} disabled={disabled} editor={editor} />;
  if (isChecklist(field)) return <Choices {...props} disabled={disabled} />;
  if (namesEntity(entity, field)) return <EntityChoice {...props} disabled={disabled} />;
  switch (field.kind) {
    case 'boolean':
      if (isTriState(field)) {
        return <select className="input" {...common} value={words} onChange={(e) => onChange(e.target.value)}><option value="">{t('data.unset')}</option><option value="true">{t('data.yes')}</option><option value="false">{t('data.no')}</option></select>;
      }
      return <input type="checkbox" className="check" {...common} aria-required={undefined} checked={value === true} onChange={(e) => onChange(e.target.checked)} />;
    case 'choice':
      return (
        <select className="input" {...common} value={words} onChange={(e) => onChange(e.target.value)}>
          {(!field.required || words === '') && <option value="">{field.required ? t('data.choose') : t('data.unset')}</option>}
          {field.choices?.map((c) => <option key={c.value} value={c.value}>{labels.choice(entity, field.name, c.value, c.label)}</option>)}
          {words !== '' && !field.choices?.some((c) => c.value === words) && <option value={words}>{words}</option>}
        </select>
      );
    case 'reference':
      if (!field.reference) return <input className="input" {...common} value={words} onChange={(e) => onChange(e.target.value)} />;
      return <ReferenceInput id={id} reference={field.reference} value={words} text={text} disabled={disabled} invalid={problem !== null} describedBy={describedBy} required={field.required} onChoose={(next, name) => onChange(next, name)} onCreate={onCreate} />;
    case 'list':
      return <textarea className="input" rows={Math.min(8, Math.max(2, (Array.isArray(value) ? value.length : 0) + 1))} {...common} value={Array.isArray(value) ? value.join('\n') : ''} placeholder={t('data.onePerLine')} onChange={(e) => onChange(e.target.value.split('\n'))} />;
    case 'long_text':
      return <textarea className="input" rows={3} {...common} maxLength={field.length_max ?? undefined} value={words} onChange={(e) => onChange(e.target.value)} />;
    case 'integer':
    case 'decimal':
      return <input className="input input-number" inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'} {...common} value={words} autoComplete="off" onChange={(e) => onChange(e.target.value)} />;
    case 'date':
    case 'time':
      return <input className="input input-date" type={field.kind} {...common} value={words} onChange={(e) => onChange(e.target.value)} />;
    case 'timestamp':
      return <input className="input input-date" type="datetime-local" {...common} value={words} onChange={(e) => onChange(e.target.value)} />;
    case 'file':
      return <FileInput {...props} disabled={disabled} />;
    case 'object':
      return <input className="input" {...common} disabled value={words || t('data.unset')} readOnly />;
    default:
      return <><input className="input" type={/(^|_)email$/.test(field.name) ? 'email' : /(^|_)phone$/.test(field.name) ? 'tel' : 'text'} {...common} maxLength={field.length_max ?? undefined} autoComplete="off" spellCheck={/name|title/.test(field.name) || undefined} value={words} {...(known ? { list: `${id}-known` } : {})} onChange={(e) => onChange(e.target.value)} />{known && <Known of={known} id={`${id}-known`} />}</>;
  }
}

/** Known values of a text, offered while one types. */
function Known({ of, id }: { of: Suggestions; id: string }) {
  const units = useAll('/units', of === 'units').data?.records ?? [];
  const plain = of === 'units' ? [] : Intl.supportedValuesOf(of === 'zones' ? 'timeZone' : 'currency');
  return (
    <datalist id={id}>
      {units.map((u) => <option key={keyOf(u)} value={String(u['code'])}>{String(u['name'])}</option>)}
      {plain.map((v) => <option key={v} value={v} />)}
    </datalist>
  );
}

/** Which kind of record. */
function EntityChoice({ field, value, id, describedBy, problem, disabled, onChange }: InputProps) {
  const { t } = useTexts();
  const labels = useLabels();
  const entities = useEntities().data ?? [];
  return (
    <select className="input" id={id} disabled={disabled} aria-invalid={problem !== null || undefined} aria-describedby={describedBy} aria-required={field.required || undefined} value={String(value ?? '')} onChange={(e) => onChange(e.target.value)}>
      <option value="">{t('data.choose')}</option>
      {entityChoices(entities, labels.entity).map((c) => <option key={c.value} value={c.value}>{c.label}</option>)}
    </select>
  );
}

/** A list of small records, or a map, as rows. */
function Rows({ entity, field, value, disabled, describedBy, editor, onChange }: InputProps & { editor: 'breaks' | 'prefixes' }) {
  const labels = useLabels();
  const entities = useEntities().data ?? [];
  const label = (name: string, otherwise: string) => labels.field(entity, { name: `${field.name}.${name}`, label: otherwise });
  if (editor === 'breaks') {
    const begin = (Array.isArray(value) ? value : []).map((v): RowOfInputs => { const b = JSON.parse(v) as { from: string; minutes: number }; return { from: String(b.from).slice(0, 5), minutes: String(b.minutes) }; });
    const out = (rows: RowOfInputs[]) => rows.map((r) => JSON.stringify({ from: r['from'], minutes: /^\d+$/.test(r['minutes'] ?? '') ? Number(r['minutes']) : r['minutes'] }));
    return <RowsInput begin={begin} disabled={disabled} describedBy={describedBy} columns={[{ name: 'from', label: label('from', 'From'), type: 'time' }, { name: 'minutes', label: label('minutes', 'Minutes'), type: 'number' }]} onChange={(rows) => onChange(out(rows))} />;
  }
  const map = JSON.parse(typeof value === 'string' && value !== '' ? value : '{}') as Record<string, string>;
  const begin = Object.entries(map).map(([of, prefix]): RowOfInputs => ({ of, prefix }));
  const columns = [{ name: 'of', label: label('of', 'Kind of record'), type: 'choice' as const, choices: entityChoices(entities, labels.entity) }, { name: 'prefix', label: label('prefix', 'Prefix'), type: 'text' as const }];
  return <RowsInput begin={begin} disabled={disabled} describedBy={describedBy} columns={columns} onChange={(rows) => onChange(JSON.stringify(Object.fromEntries(rows.map((r) => [r['of'], r['prefix']]))))} />;
}

/** Several of a short list: check boxes, because a multiple select hides what is chosen. */
function Choices(props: InputProps) {
  const { t } = useTexts();
  const labels = useLabels();
  const { entity, field, value, disabled, onChange } = props;
  const referenced = useAll(field.reference?.path ?? '', Boolean(field.reference));
  const chosen = Array.isArray(value) ? value : [];
  const offered = field.choices?.length ? field.choices : (referenced.data?.records ?? []).map((r) => ({ value: keyOf(r), label: titleOf(r, field.reference ?? { title_field: 'name', code_field: null }).title }));
  if (field.name === 'roles') return <RoleChecklist chosen={chosen} offered={offered} disabled={disabled} onChange={onChange} />;
  const all = [...offered, ...chosen.filter((c) => !offered.some((o) => o.value === c)).map((c) => ({ value: c, label: c }))];
  if (all.length === 0) return <span className="dim">{referenced.isFetching ? t('common.loading') : t('data.noneYet')}</span>;
  return (
    <div className="checks">
      {all.map((c) => (
        <label key={c.value}>
          <input type="checkbox" className="check" disabled={disabled} checked={chosen.includes(c.value)} onChange={(e) => onChange(e.target.checked ? [...chosen, c.value] : chosen.filter((v) => v !== c.value))} />
          {labels.choice(entity, field.name, c.value, c.label)}
        </label>
      ))}
    </div>
  );
}
