/** Fields that make no sense beside the values of others are not shown. The server refuses them anyway. */
import type { Inputs } from './values';

const WITH_OPTIONS = ['dropdown', 'multiselect'];

export function isWanted(entity: string, field: string, inputs: Inputs): boolean {
  if (entity !== 'custom_field') return true;
  const type = String(inputs['field_type'] ?? '');
  if (field === 'options') return WITH_OPTIONS.includes(type);
  if (field === 'minimum' || field === 'maximum') return type === 'number';
  if (field === 'length_min' || field === 'length_max' || field === 'pattern') return type === 'text';
  return true;
}
