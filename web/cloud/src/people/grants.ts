/** What a permission means, in words. Pure but for the words. */
import type { EntityEntry, Translate } from '@unison/ui-kit';
import type { Labels } from '../data/labels';

const VERBS = ['read', 'write', '*'] as const;

/** "materials:write" becomes "Change materials"; what has no words is shown as it is. */
export function grantText(grant: string, t: Translate, labels: Labels, entities: EntityEntry[]): string {
  const [resource = '', action = ''] = grant.split(':');
  const entry = entities.find((e) => e.plural === resource);
  const what = resource === '*' ? t('grant.everything') : entry ? labels.plural(entry) : resource.replaceAll('_', ' ');
  if (VERBS.some((v) => v === action)) return t(action === '*' ? 'grant.all' : action === 'read' ? 'grant.read' : 'grant.write', { what });
  return t('grant.other', { what, action: labels.action(resource, action, action.replaceAll('_', ' ')) });
}
