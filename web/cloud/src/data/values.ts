/**
 * What stands in a form's inputs against what travels as JSON. Pure: language and zone are arguments.
 * Inputs hold text, booleans or lists; nothing is rounded here and the server has the last word.
 */
import { fromLocal, toLocal, type Field, type ResourceRecord, type Values } from '@unison/ui-kit';

/** What an input holds. */
export type Input = string | boolean | string[] | null;
export type Inputs = Record<string, Input>;

const CUSTOM = 'custom_fields.';

/** A field's value in a record, custom ones included. */
export function valueOf(record: Values, name: string): unknown {
  if (!name.startsWith(CUSTOM)) return record[name];
  return (record['custom_fields'] as Values | undefined)?.[name.slice(CUSTOM.length)];
}

export function toInput(field: Field, value: unknown, language: string, zone?: string): Input {
  if (field.kind === 'boolean') return isTriState(field) ? (typeof value === 'boolean' ? String(value) : '') : value === true;
  if (field.kind === 'choices' || field.kind === 'list') return Array.isArray(value) ? value.map((v) => (typeof v === 'object' ? JSON.stringify(v) : String(v))) : [];
  if (value === null || value === undefined) return '';
  switch (field.kind) {
    case 'integer':
    case 'decimal':
      return numberText(String(value), language);
    case 'timestamp':
      return toLocal(String(value), zone);
    case 'time':
      return String(value).slice(0, 5);
    case 'object':
    case 'file':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

/** Several of a list that can be ticked: choices, or records of another entity. */
export function isChecklist(field: Field): boolean {
  return field.kind === 'choices' || (field.kind === 'list' && Boolean(field.reference));
}

/** A yes/no that may also be unanswered. */
export function isTriState(field: Field): boolean {
  return field.kind === 'boolean' && !field.required && (field.default === null || field.default === undefined) && field.name.startsWith(CUSTOM);
}

export type Parsed = { ok: true; value: unknown } | { ok: false; problem: 'number' | 'integer' | 'time' };

export function fromInput(field: Field, input: Input, language: string, zone?: string): Parsed {
  if (field.kind === 'boolean') return good(isTriState(field) ? (input === '' || input === null ? null : input === 'true') : input === true);
  if (Array.isArray(input)) {
    const list = input.map((s) => s.trim()).filter(Boolean);
    if (field.kind === 'list' && list.length > 0 && list.every((s) => s.startsWith('{'))) return good(list.map((s): unknown => JSON.parse(s)));
    return good(field.reference || field.name.endsWith('_ids') ? list.map((s) => (/^\d+$/.test(s) ? Number(s) : s)) : list);
  }
  const text = String(input ?? '').trim();
  if (text === '') return good(null);
  switch (field.kind) {
    case 'integer': {
      const value = parseNumber(text, language);
      return value === null ? bad('number') : Number.isInteger(value) ? good(value) : bad('integer');
    }
    case 'decimal': {
      const value = parseNumber(text, language);
      return value === null ? bad('number') : good(value);
    }
    case 'timestamp': {
      const at = fromLocal(text, zone);
      return at === null ? bad('time') : good(at);
    }
    case 'object':
      return good(JSON.parse(text));
    case 'file':
      return good((JSON.parse(text) as { id: string }).id);
    case 'reference':
      return good(/^\d+$/.test(text) ? Number(text) : text);
    default:
      return good(text);
  }
}

const good = (value: unknown): Parsed => ({ ok: true, value });
const bad = (problem: 'number' | 'integer' | 'time'): Parsed => ({ ok: false, problem });

/**
 * A number as people type it. Groups are taken only where they stand right, so that "12,5" in English is refused
 * and never read as 125.
 */
export function parseNumber(text: string, language: string): number | null {
  const german = language.startsWith('de');
  const compact = text.replace(/[\s\u00a0\u202f']/g, '').replace(/^\u2212/, '-');
  const [group, point] = german ? ['\\.', ','] : [',', '\\.'];
  let plain: string;
  if (new RegExp(`^[+-]?\\d{1,3}(${group}\\d{3})+(${point}\\d+)?$`).test(compact)) plain = compact.replace(new RegExp(group, 'g'), '');
  else if (new RegExp(`^[+-]?(\\d+(${point}\\d*)?|${point}\\d+)$`).test(compact)) plain = compact;
  else if (german && /^[+-]?\d+\.\d+$/.test(compact)) plain = compact;
  else return null;
  const value = Number(german && plain.includes(',') ? plain.replace(',', '.') : plain);
  return Number.isFinite(value) ? value : null;
}

function numberText(plain: string, language: string): string {
  return language.startsWith('de') ? plain.replace('.', ',') : plain;
}

export function inputsOf(fields: Field[], record: Values | null, language: string, zone?: string): Inputs {
  return Object.fromEntries(fields.map((f) => [f.name, toInput(f, record ? valueOf(record, f.name) : (f.default ?? null), language, zone)]));
}

export interface Problem {
  field: string;
  message: string;
}

/** Everything that changed against `before`, as a body; what cannot be read comes back as problems. */
export function bodyOf(fields: Field[], inputs: Inputs, before: Inputs | null, language: string, zone: string | undefined, say: (problem: string) => string): { body: Values; problems: Problem[] } {
  const body: Values = {};
  const custom: Values = {};
  const problems: Problem[] = [];
  for (const field of fields) {
    const input = inputs[field.name] ?? null;
    if (field.read_only || (before && sameInput(input, before[field.name] ?? null))) continue;
    const parsed = fromInput(field, input, language, zone);
    if (!parsed.ok) {
      problems.push({ field: field.name, message: say(parsed.problem) });
      continue;
    }
    // A new record leaves out what nobody filled in, so that the server's defaults count.
    if (!before && (parsed.value === null || (Array.isArray(parsed.value) && parsed.value.length === 0))) continue;
    if (field.name.startsWith(CUSTOM)) custom[field.name.slice(CUSTOM.length)] = parsed.value;
    else body[field.name] = parsed.value;
  }
  if (Object.keys(custom).length > 0) body['custom_fields'] = custom;
  return { body, problems };
}

export function sameInput(a: Input, b: Input): boolean {
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((v, i) => v === b[i]);
  return (a ?? '') === (b ?? '');
}

export function isDirty(inputs: Inputs, before: Inputs): boolean {
  return Object.keys(inputs).some((name) => !sameInput(inputs[name] ?? null, before[name] ?? null));
}

/** The words that stand for a referenced record: the names that follow its id in the record. */
export function referenceText(record: Values, field: Field): string | null {
  const id = valueOf(record, field.name);
  if (id === null || id === undefined) return null;
  const base = field.name.replace(/_id$/, '');
  const { title_field: title, code_field: code } = field.reference ?? { title_field: 'name', code_field: null };
  const find = (name: string | null): unknown => (name === null ? undefined : (record[`${base}_${name}`] ?? (name.startsWith(`${base}_`) ? record[name] : undefined)));
  const words = [find(code), find(title) ?? record[`${base}_name`]].filter((w) => w !== undefined && w !== null && w !== '').map(String);
  return [...new Set(words)].join(' ') || String(id);
}

/** What an address calls a record: its id; what every organisation has, such as a built-in role, goes by its code. */
export function keyOf(record: Pick<ResourceRecord, 'id'> & Values): string {
  return String(record.id ?? record['code'] ?? '');
}

/** Rows that something can be done to at once: what every organisation has belongs to nobody and is left out. */
export const choosable = (records: ResourceRecord[]): string[] => records.filter((r) => r.id !== null && r.id !== undefined).map(keyOf);

/** Code and title of a record, as in "MTL-002 Steel bar". */
export function titleOf(record: ResourceRecord, form: { title_field: string; code_field: string | null }): { code: string | null; title: string } {
  const text = (name: string | null) => (name && record[name] !== null && record[name] !== undefined ? String(record[name]) : null);
  const code = text(form.code_field);
  const title = text(form.title_field);
  return code === title ? { code: null, title: title ?? keyOf(record) } : { code, title: title ?? code ?? keyOf(record) };
}
