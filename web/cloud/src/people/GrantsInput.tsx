/** The permissions of a role as boxes to tick: a line per kind of record, and what else may be done with it. */
import { useTexts } from '@unison/ui-kit';
import { useLabels } from '../data/labels';
import { useAll, useEntities } from '../data/reads';
import { grantLines } from './grants';

interface Props {
  value: string[];
  disabled?: boolean;
  onChange: (grants: string[]) => void;
}

export function GrantsInput({ value, disabled, onChange }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const entities = useEntities().data ?? [];
  const roles = useAll('/roles').data?.records ?? [];
  const known = roles.flatMap((r) => (Array.isArray(r['permissions']) ? r['permissions'].map(String) : []));
  const set = (grant: string, on: boolean): void => onChange(on ? [...value, grant].sort() : value.filter((g) => g !== grant));
  return (
    <ul className="roles grants-input" data-testid="grants">
      {grantLines(entities, known, value, t, labels).map((line) => (
        <li key={line.resource}>
          <b id={`grants-${line.resource}`}>{line.label}</b>
          <span role="group" aria-labelledby={`grants-${line.resource}`}>
            {line.grants.map(({ grant, verb, label }) => (
              <label key={grant}><input type="checkbox" className="check" disabled={disabled} checked={value.includes(grant)} data-testid={`grant-${line.resource}-${verb}`} onChange={(e) => set(grant, e.target.checked)} /> {label}</label>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}
