/**
 * Machines and work orders have two faces: how they stand now, and the table in which they are looked after.
 */
import { useTexts } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useLabels } from '../data/labels';
import { useEntities } from '../data/reads';

export const LIVE_PAGES = ['/machines', '/work-orders'] as const;

export function LiveOrTable({ live }: { live: (typeof LIVE_PAGES)[number] }) {
  const { t } = useTexts();
  const entry = useEntities().data?.find((e) => e.path === live);
  if (!entry) return null;
  return (
      <nav className="segments" aria-label={t('nav.view')}>
        <Link to={live} activeOptions={{ exact: true, includeSearch: false }}>{t('nav.live')}</Link>
        <Link to="/data/$path" params={{ path: live.slice(1) }} activeOptions={{ includeSearch: false }} data-testid="manage">{t('nav.manage')}</Link>
      </nav>
  );
}

/** The button that the live page has at the same place as the table. */
export function NewHere({ live }: { live: (typeof LIVE_PAGES)[number] }) {
  const { t } = useTexts();
  const labels = useLabels();
  const entry = useEntities().data?.find((e) => e.path === live);
  if (!entry?.allowed.some((a) => a.action === 'create' && a.allowed)) return null;
  return <Link className="button button-main head-new" data-create to="/data/$path/new" params={{ path: live.slice(1) }}>{t('data.new', { what: labels.one(entry) })}</Link>;
}
