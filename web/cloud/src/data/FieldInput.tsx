/** One input per kind of field, with its label, its help and what the server said about it. */
import { useTexts, type Field } from '@unison/ui-kit';
import { useId } from 'react';
import { RoleChecklist } from '../people/RoleChecklist';
import { useLabels } from './labels';
import { ReferenceInput } from './ReferenceInput';
import { useAll } from './reads';
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
  const many = isChecklist(field);
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
  if (isChecklist(field)) return <Choices {...props} disabled={disabled} />;
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
    case 'object':
    case 'file':
      return <input className="input" {...common} disabled value={words || t('data.unset')} readOnly />;
    default:
      return <input className="input" type={/(^|_)email$/.test(field.name) ? 'email' : /(^|_)phone$/.test(field.name) ? 'tel' : 'text'} {...common} maxLength={field.length_max ?? undefined} autoComplete="off" spellCheck={/name|title/.test(field.name) || undefined} value={words} onChange={(e) => onChange(e.target.value)} />;
  }
}

/** Several of a short list: check boxes, because a multiple select hides what is chosen. */
function Choices(props: InputProps) {
  const labels = useLabels();
  const { entity, field, value, disabled, onChange } = props;
  const referenced = useAll(field.reference?.path ?? '', Boolean(field.reference));
  const chosen = Array.isArray(value) ? value : [];
  const offered = field.choices?.length ? field.choices : (referenced.data?.records ?? []).map((r) => ({ value: keyOf(r), label: titleOf(r, field.reference ?? { title_field: 'name', code_field: null }).title }));
  if (field.name === 'roles') return <RoleChecklist chosen={chosen} offered={offered} disabled={disabled} onChange={onChange} />;
  const all = [...offered, ...chosen.filter((c) => !offered.some((o) => o.value === c)).map((c) => ({ value: c, label: c }))];
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
