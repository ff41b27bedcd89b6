/**
 * What the description of a field cannot say: which small editor it has, what else it depends on. One list, so that
 * nothing else in the generic pages names an entity. What is not here is shown by its kind alone.
 */
import type { Choice, EntityEntry, Field } from '@unison/ui-kit';
import type { Inputs } from './values';

export type Editor = 'breaks' | 'prefixes' | 'grants';
/** Known values for a text that may hold others too. */
export type Suggestions = 'units' | 'zones' | 'currencies';

const EDITORS: Record<string, Editor> = { 'shift.breaks': 'breaks', 'organization.number_prefixes': 'prefixes', 'role.grants': 'grants' };
const SUGGESTIONS: Record<string, Suggestions> = { unit_of_measure: 'units', timezone: 'zones', currency: 'currencies' };
const WITH_OPTIONS = ['dropdown', 'multiselect'];
const FOR_GOOD = ['custom_field.entity_type', 'custom_field.field_code', 'custom_field.field_type', 'role.code'];

export const editorOf = (entity: string, field: string): Editor | null => EDITORS[`${entity}.${field}`] ?? null;

export const suggestionsOf = (field: Pick<Field, 'name' | 'kind'>): Suggestions | null => (field.kind === 'text' ? (SUGGESTIONS[field.name] ?? null) : null);

/** Fields that make no sense beside the values of others are not shown. The server refuses them anyway. */
export function isWanted(entity: string, field: string, inputs: Inputs): boolean {
  if (entity !== 'custom_field') return true;
  const type = String(inputs['field_type'] ?? '');
  if (field === 'options') return WITH_OPTIONS.includes(type);
  if (field === 'minimum' || field === 'maximum') return type === 'number';
  if (field === 'length_min' || field === 'length_max' || field === 'pattern') return type === 'text';
  return true;
}

/** Chosen once, when the record is made: values elsewhere depend on it. */
export const isForGood = (entity: string, field: string): boolean => FOR_GOOD.includes(`${entity}.${field}`);

/** A field that names a kind of record is a choice among those that there are. */
export function namesEntity(entity: string, field: Field): boolean {
  return entity === 'custom_field' && field.name === 'entity_type' && field.kind === 'text';
}

/** Every kind of record but custom fields themselves. */
export function entityChoices(entities: EntityEntry[], label: (entry: EntityEntry) => string): Choice[] {
  return entities.filter((e) => e.entity !== 'custom_field').map((e) => ({ value: e.entity, label: label(e) })).sort((a, b) => a.label.localeCompare(b.label));
}

/** Actions that a page of their own asks for: quantities are logged where the order is worked on. */
export const isActionHere = (entity: string, action: string): boolean => `${entity}.${action}` !== 'work_order.log';
