/** A value as people read it, in a list, a record or a history. */
import { clock, NONE, useTexts, type Field, type ResourceRecord, type TextsInUse, type Values } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import type { HeldFile } from './calls';
import { FileLink } from './FileLink';
import { useLabels, type Labels } from './labels';
import { namesEntity } from './special';
import { isChecklist, referenceText, valueOf } from './values';

const DECIMALS_MAX = 6;

interface Context {
  texts: Pick<TextsInUse, 't' | 'language'>;
  labels: Labels;
  entity: string;
  zone?: string;
}

/** Plain words for a value of a field. Pure but for the words. */
export function textOf(field: Field, value: unknown, { texts: { t, language }, labels, entity, zone }: Context): string {
  if (value === null || value === undefined || value === '') return NONE;
  const choice = (v: unknown) => labels.choice(entity, field.name, String(v), field.choices?.find((c) => c.value === String(v))?.label ?? String(v));
  switch (field.kind) {
    case 'boolean':
      return t(value === true ? 'data.yes' : 'data.no');
    case 'integer':
    case 'decimal': {
      const n = Number(value);
      if (!Number.isFinite(n)) return String(value);
      return new Intl.NumberFormat(language === 'en' ? 'en-GB' : language, { maximumFractionDigits: DECIMALS_MAX }).format(n) + (field.unit ? ` ${field.unit}` : '');
    }
    case 'date':
      return dateText(`${String(value)}T00:00:00Z`, 'UTC', language);
    case 'timestamp':
      return `${dateText(String(value), zone, language)} ${clock(String(value), zone, language)}`;
    case 'time':
      return String(value).slice(0, 5);
    case 'choice':
      return choice(value);
    case 'choices':
    case 'list':
      return Array.isArray(value) ? (value.length === 0 ? NONE : value.map((v) => (typeof v === 'object' ? plain(v) : choice(v))).join(', ')) : String(value);
    case 'object':
      return plain(value);
    default:
      // Names of kinds of records are known here; the server stores their code.
      if (namesEntity(entity, field)) return labels.entity({ entity: String(value), label: String(value).replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()) });
      if (typeof value === 'boolean') return t(value ? 'data.yes' : 'data.no');
      return typeof value === 'object' ? plain(value) : String(value);
  }
}

/** "6 Nov 2025": with the year, because master data is old. */
export function dateText(at: string, zone: string | undefined, language: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at.slice(0, 10);
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone || undefined }).format(date);
}

function plain(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if ('name' in value) return String(value.name);
  return Object.entries(value).map(([k, v]) => `${k}: ${plain(v)}`).join(', ');
}

export function useTextOf(entity: string, zone?: string): (field: Field, value: unknown) => string {
  const texts = useTexts();
  const labels = useLabels();
  return (field, value) => textOf(field, value, { texts, labels, entity, zone });
}

interface Props {
  field: Field;
  record: ResourceRecord | Values;
  entity: string;
  zone?: string;
}

export function Cell({ field, record, entity, zone }: Props) {
  const words = useTextOf(entity, zone);
  const value = valueOf(record, field.name);
  if (field.kind === 'reference' && field.reference) {
    const text = referenceText(record, field);
    if (text === null) return <span className="dim">{NONE}</span>;
    return <Link to="/data/$path/$id" params={{ path: field.reference.path.slice(1), id: String(value) }} onClick={(event) => event.stopPropagation()}>{text}</Link>;
  }
  if (field.reference && isChecklist(field)) {
    // "plant_ids" comes with "plants" or "plant_names".
    const base = field.name.replace(/_ids$/, '');
    const names = record[`${base}s`] ?? record[`${base}_names`];
    const text = Array.isArray(names) ? names.map(plain).join(', ') : words(field, value);
    return text === '' ? <span className="dim">{NONE}</span> : <>{text}</>;
  }
  if (field.kind === 'file' && value !== null && typeof value === 'object' && 'id' in value) return <FileLink file={value as HeldFile} />;
  if (field.kind === 'boolean' && typeof value === 'boolean') return <span className={value ? 'tick' : 'tick dim'}>{value && <i aria-hidden>✓</i>} {words(field, value)}</span>;
  if (field.kind === 'choice' && field.name === 'status') return <span className={`wo wo-${String(value)}`}>{words(field, value)}</span>;
  const text = words(field, value);
  return text === NONE ? <span className="dim">{NONE}</span> : <>{text}</>;
}
