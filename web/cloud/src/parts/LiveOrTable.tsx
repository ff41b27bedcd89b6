/**
 * Machines and work orders have two faces: how they stand now, and the table in which they are looked after.
 */
import { useTexts } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useEntities } from '../data/reads';

export const LIVE_PAGES = ['/machines', '/work-orders'] as const;

export function LiveOrTable({ live }: { live: (typeof LIVE_PAGES)[number] }) {
  const { t } = useTexts();
  const entry = useEntities().data?.find((e) => e.path === live);
  if (!entry) return null;
  const create = entry.allowed.find((a) => a.action === 'create');
  return (
    <>
      <nav className="segments" aria-label={t('nav.view')}>
        <Link to={live} activeOptions={{ exact: true, includeSearch: false }}>{t('nav.live')}</Link>
        <Link to="/data/$path" params={{ path: live.slice(1) }} activeOptions={{ includeSearch: false }} data-testid="manage">{t('nav.manage')}</Link>
      </nav>
      {create?.allowed && <Link className="button button-main head-new" to="/data/$path/new" params={{ path: live.slice(1) }}>{t('data.new', { what: '' })}</Link>}
    </>
  );
}
