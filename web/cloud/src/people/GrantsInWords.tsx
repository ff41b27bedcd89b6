/** The permissions of a role, each in words with its name beside it. */
import { NONE, useTexts } from '@unison/ui-kit';
import { useLabels } from '../data/labels';
import { useEntities } from '../data/reads';
import { grantText } from './grants';

export function GrantsInWords({ grants }: { grants: unknown }) {
  const { t } = useTexts();
  const labels = useLabels();
  const entities = useEntities().data ?? [];
  if (!Array.isArray(grants) || grants.length === 0) return <span className="dim">{NONE}</span>;
  return <ul className="grants">{grants.map((g) => <li key={String(g)}>{grantText(String(g), t, labels, entities)} <code>{String(g)}</code></li>)}</ul>;
}
