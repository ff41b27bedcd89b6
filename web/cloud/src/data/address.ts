/**
 * A list's state as its address says it. Pure. Every name in the address except `cols` is a name of the server's
 * own query, so that a link, a saved view and a call are the same text.
 */
import type { EntityForm, Field, Query } from '@unison/ui-kit';

/** The address of a list: plain text by name, as typed or linked. */
export type ListSearch = Record<string, string>;

export const PER_PAGE = [25, 50, 100] as const;
const PER_PAGE_DEFAULT = 50;

/** A hint that the page keeps for itself. */
export const COLUMNS = 'cols';

export interface SortKey {
  field: string;
  isDown: boolean;
}

/** Filters of custom fields travel as `cf.{code}`. */
export function filterName(field: Field): string {
  return field.name.replace(/^custom_fields\./, 'cf.');
}

export function isRange(field: Field): boolean {
  return ['integer', 'decimal', 'date', 'time', 'timestamp'].includes(field.kind) && !field.name.startsWith('custom_fields.');
}

/** Every field that a list may be narrowed by. */
export function filterable(form: EntityForm): Field[] {
  return [...form.fields, ...form.custom_fields].filter((f) => f.filter && f.kind !== 'object' && f.kind !== 'long_text');
}

export function namesOf(field: Field): string[] {
  const name = filterName(field);
  return isRange(field) ? [`${name}_from`, `${name}_to`] : [name];
}

/** Names that the server of this form understands; others in an old link are ignored instead of refused. */
function known(form: EntityForm): Set<string> {
  const names = ['page', 'per_page', 'sort', 'is_active', ...(form.search_fields.length > 0 ? ['search'] : []), ...filterable(form).flatMap(namesOf)];
  if (form.scope === 'plant') names.push('plant_id');
  return new Set(names);
}

/** What the server is asked. */
export function queryOf(search: ListSearch, form: EntityForm): Query {
  const names = known(form);
  const query: Query = {};
  for (const [name, value] of Object.entries(search)) if (names.has(name) && value !== '') query[name] = value;
  query['per_page'] = perPage(search);
  query['page'] = page(search);
  return query;
}

/** The filters of the address without page and layout: what an export or "all that match" is about. */
export function filtersOf(search: ListSearch, form: EntityForm): Query {
  return Object.fromEntries(Object.entries(queryOf(search, form)).filter(([name]) => name !== 'page' && name !== 'per_page'));
}

export function page(search: ListSearch): number {
  const n = Number(search['page']);
  return Number.isInteger(n) && n > 0 ? n : 1;
}

export function perPage(search: ListSearch): number {
  const n = Number(search['per_page']);
  return PER_PAGE.find((p) => p === n) ?? PER_PAGE_DEFAULT;
}

/** One change of the address. Everything but turning a page begins again at page 1. */
export function changed(search: ListSearch, change: Record<string, string | undefined>): ListSearch {
  const next: Record<string, string | undefined> = { ...search, ...change };
  if (!('page' in change)) delete next['page'];
  return Object.fromEntries(Object.entries(next).filter((e): e is [string, string] => e[1] !== undefined && e[1] !== ''));
}

export function sortKeys(text: string | undefined): SortKey[] {
  return (text ?? '').split(',').filter(Boolean).map((key) => ({ field: key.replace(/^-/, ''), isDown: key.startsWith('-') }));
}

/** A click on a header: up, down, off; with Shift beside the other keys. */
export function sortBy(text: string | undefined, field: string, beside: boolean): string | undefined {
  const keys = sortKeys(text);
  const old = keys.find((k) => k.field === field);
  const next: SortKey | null = !old ? { field, isDown: false } : old.isDown ? null : { field, isDown: true };
  const rest = beside ? keys.filter((k) => k.field !== field) : [];
  const out = next ? [...rest, next] : rest;
  return out.map((k) => (k.isDown ? `-${k.field}` : k.field)).join(',') || undefined;
}

/** How many filters are set, without search text. */
export function filterCount(search: ListSearch, form: EntityForm): number {
  const set = filterable(form).filter((f) => namesOf(f).some((name) => search[name])).length;
  return set + (search['is_active'] && search['is_active'] !== 'true' ? 1 : 0);
}

export function isNarrowed(search: ListSearch, form: EntityForm): boolean {
  return Boolean(search['search']) || filterCount(search, form) > 0;
}

/** The address without any narrowing; layout and order stay. */
export function cleared(search: ListSearch): ListSearch {
  const kept = ['sort', 'per_page', COLUMNS, 'plant_id'];
  return Object.fromEntries(Object.entries(search).filter(([name]) => kept.includes(name)));
}

/** Columns of the address, else those that the server proposes. The title comes first. */
export function columnsOf(search: ListSearch, form: EntityForm): Field[] {
  const all = [...form.fields, ...form.custom_fields].filter((f) => f.kind !== 'object');
  const asked = search[COLUMNS]?.split(',');
  const shown = all.filter((f) => (asked ? asked.includes(f.name) : f.in_list));
  const lead = [form.code_field, form.title_field].filter((n): n is string => n !== null);
  return [...all.filter((f) => lead.includes(f.name)).sort((a, b) => lead.indexOf(a.name) - lead.indexOf(b.name)), ...shown.filter((f) => !lead.includes(f.name))];
}

export function toggleColumn(search: ListSearch, form: EntityForm, name: string): string | undefined {
  const shown = columnsOf(search, form).map((f) => f.name);
  const next = shown.includes(name) ? shown.filter((n) => n !== name) : [...shown, name];
  const usual = columnsOf({}, form).map((f) => f.name);
  return next.length === usual.length && usual.every((n) => next.includes(n)) ? undefined : next.join(',');
}
