/** The pages by area, as the server describes them to this person. */
import { useTexts } from '@unison/ui-kit';
import { Link, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useLabels } from '../data/labels';
import { useEntities } from '../data/reads';
import { useSession } from '../services';
import { navGroups, type NavGroup } from './pages';

const KEY = 'unison.nav.closed';

function storedClosed(): string[] {
  try {
    return (localStorage.getItem(KEY) ?? '').split(',').filter(Boolean);
  } catch {
    return [];
  }
}

export function Nav() {
  const { t } = useTexts();
  const entities = useEntities().data ?? [];
  const permissions = useSession()?.permissions;
  const [closed, setClosed] = useState(storedClosed);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const toggle = (area: string, open: boolean): void => {
    const next = open ? closed.filter((a) => a !== area) : [...new Set([...closed, area])];
    setClosed(next);
    try {
      localStorage.setItem(KEY, next.join(','));
    } catch {
      // Private mode: it lasts until the page is closed.
    }
  };
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      {navGroups(entities, permissions).map((group) => <Group key={group.area} group={group} path={path} open={!closed.includes(group.area)} onToggle={(open) => toggle(group.area, open)} />)}
    </nav>
  );
}

function Group({ group, path, open, onToggle }: { group: NavGroup; path: string; open: boolean; onToggle: (open: boolean) => void }) {
  const { t } = useTexts();
  const labels = useLabels();
  const isHere = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`) || path === `/data${to}` || path.startsWith(`/data${to}/`));
  return (
    <details open={open || group.pages.some((p) => isHere(p.to))} onToggle={(event) => { if (event.currentTarget.open !== open) onToggle(event.currentTarget.open); }}>
      <summary>{labels.area(group.area)}</summary>
      <ul>
        {group.pages.map((page) => (
          <li key={page.key}>
            <Link to={page.to} aria-current={isHere(page.to) ? 'page' : undefined} data-testid={page.testId}>{page.entry ? labels.plural(page.entry) : t(page.text ?? '')}</Link>
          </li>
        ))}
      </ul>
    </details>
  );
}
