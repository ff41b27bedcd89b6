/** What a permission means, in words. Pure but for the words. */
import type { EntityEntry, Translate } from '@unison/ui-kit';
import type { Labels } from '../data/labels';

const VERBS = ['read', 'write', '*'] as const;

/** "materials:write" becomes "Change materials"; what has no words is shown as it is. */
export function grantText(grant: string, t: Translate, labels: Labels, entities: EntityEntry[]): string {
  const [resource = '', action = ''] = grant.split(':');
  const what = labels.inside(resourceText(resource, t, labels, entities));
  if (VERBS.some((v) => v === action)) return t(action === '*' ? 'grant.all' : action === 'read' ? 'grant.read' : 'grant.write', { what });
  return t('grant.other', { what, action: grantVerb(resource, action, labels) });
}

function resourceText(resource: string, t: Translate, labels: Labels, entities: EntityEntry[]): string {
  if (resource === '*') return t('grant.everything');
  const entry = entities.find((e) => e.plural === resource);
  return entry ? labels.plural(entry) : labels.resource(resource);
}

const grantVerb = (resource: string, verb: string, labels: Labels): string => labels.verb(resource, verb);

export interface GrantLine {
  resource: string;
  label: string;
  grants: { grant: string; verb: string; label: string }[];
}

/** What can be ticked: see and change for every kind of record, and all that any role or this one holds. Pure but for the words. */
export function grantLines(entities: EntityEntry[], known: string[], chosen: string[], t: Translate, labels: Labels): GrantLine[] {
  const verbs = new Map<string, Set<string>>(entities.map((e) => [e.plural, new Set(['read', 'write'])]));
  for (const grant of [...known.filter((g) => !g.includes('*')), ...chosen]) {
    const [resource = '', verb = ''] = grant.split(':');
    verbs.set(resource, (verbs.get(resource) ?? new Set(['read', 'write'])).add(verb));
  }
  const order = (verb: string) => ['*', 'read', 'write'].indexOf(verb) + 1 || 9;
  const word = (resource: string, verb: string) => (VERBS.some((v) => v === verb) ? t(`grant.verb.${verb === '*' ? 'all' : verb}`) : grantVerb(resource, verb, labels));
  return [...verbs].map(([resource, of]) => ({
    resource,
    label: resourceText(resource, t, labels, entities),
    grants: [...of].sort((a, b) => order(a) - order(b) || a.localeCompare(b)).map((verb) => ({ grant: `${resource}:${verb}`, verb, label: word(resource, verb) })),
  })).sort((a, b) => a.label.localeCompare(b.label));
}
