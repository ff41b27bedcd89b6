/** Roles as a checklist: each with what it grants, in words, so that nobody gives more than meant. */
import { useTexts, type Choice } from '@unison/ui-kit';
import { useLabels } from '../data/labels';
import { useAll, useEntities } from '../data/reads';
import { grantText } from './grants';

interface Props {
  chosen: string[];
  offered: Choice[];
  disabled?: boolean;
  onChange: (roles: string[]) => void;
}

export function RoleChecklist({ chosen, offered, disabled, onChange }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const entities = useEntities().data ?? [];
  const roles = useAll('/roles').data?.records ?? [];
  const codes = [...new Set([...offered.map((o) => o.value), ...roles.filter((r) => r.is_active).map((r) => String(r['code'])), ...chosen])];
  return (
    <ul className="roles" data-testid="roles">
      {codes.map((code) => {
        const role = roles.find((r) => r['code'] === code);
        const grants = Array.isArray(role?.['grants']) ? role['grants'].map(String) : [];
        const name = labels.choice('user', 'roles', code, String(role?.['name'] ?? offered.find((o) => o.value === code)?.label ?? code));
        const adds = typeof role?.['extends'] === 'string' ? role['extends'] : null;
        return (
          <li key={code}>
            <label>
              <input type="checkbox" className="check" disabled={disabled} checked={chosen.includes(code)} data-testid={`role-${code}`}
                onChange={(e) => onChange(e.target.checked ? [...chosen, code] : chosen.filter((c) => c !== code))} />
              <b>{name}</b>
            </label>
            {typeof role?.['description'] === 'string' && role['description'] !== '' && <p className="dim">{role['is_built_in'] === true ? labels.roleHint(code, role['description']) : role['description']}</p>}
            {grants.length > 0 && <p className="dim">{t('grant.may')} {grants.map((g) => grantText(g, t, labels, entities)).join(' · ')}</p>}
            {adds && <p className="dim">{t('grant.adds', { role: labels.choice('user', 'roles', adds, String(roles.find((r) => r['code'] === adds)?.['name'] ?? adds)) })}</p>}
          </li>
        );
      })}
    </ul>
  );
}
