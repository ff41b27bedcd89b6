/**
 * Two people changed the same record. Pure: which fields differ, whose value stands, and what to send.
 */
import type { Field } from '@unison/ui-kit';
import { sameInput, type Inputs } from './values';

export type Side = 'mine' | 'theirs';

export interface Difference {
  field: Field;
  /** Null while a person has to choose: both changed it, differently. */
  side: Side | null;
}

/** `base` is what I began with, `theirs` what stands there now. Fields that ended up equal are no difference. */
export function differences(fields: Field[], base: Inputs, mine: Inputs, theirs: Inputs): Difference[] {
  const out: Difference[] = [];
  for (const field of fields) {
    const [b, m, t] = [base[field.name] ?? null, mine[field.name] ?? null, theirs[field.name] ?? null];
    if (sameInput(m, t)) continue;
    const side = sameInput(m, b) ? 'theirs' : sameInput(t, b) ? 'mine' : null;
    out.push({ field, side: field.read_only ? 'theirs' : side });
  }
  return out;
}

/** The form as it goes on: theirs, with my value where mine was chosen. */
export function merged(theirs: Inputs, mine: Inputs, chosen: Record<string, Side>): Inputs {
  const out = { ...theirs };
  for (const [name, side] of Object.entries(chosen)) if (side === 'mine') out[name] = mine[name] ?? null;
  return out;
}
