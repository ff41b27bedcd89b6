/**
 * The bar over every operator page: where am I, is the box there, who am I.
 */
import { clock, useServerNow, useTexts } from '@unison/ui-kit';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useStationInfo } from '../reads';
import { useScanning } from '../scanning';
import { useUser } from '../session';
import { QueueButton } from './QueueIndicator';

export function Shell() {
  const { t } = useTexts();
  useScanning();
  const place = useStationInfo().data?.plant_name || 'Unison';
  // The wall has no chrome: nobody touches it.
  const isWall = useRouterState({ select: (s) => s.location.pathname === '/tv' });
  if (isWall) return <main id="main"><Outlet /></main>;
  return (
    <>
      <a className="u-skip" href="#main">{t('common.skip')}</a>
      <TopBar />
      <main id="main" className="page">
        {/* A page that loads or failed has no heading of its own yet. */}
        <h1 className="u-visually-hidden">{place}</h1>
        <Outlet />
      </main>
    </>
  );
}

function TopBar() {
  const { t } = useTexts();
  const info = useStationInfo().data;
  return (
    <header className="bar">
      <Link to="/" className="bar-brand" data-testid="nav-floor" title={t('nav.floor')}>
        <svg viewBox="0 0 32 32" width="36" height="36" aria-hidden><rect width="32" height="32" rx="7" fill="currentColor" /><path d="M9 8v10a7 7 0 0 0 14 0V8" fill="none" stroke="var(--surface)" strokeWidth="4.5" strokeLinecap="round" /></svg>
        <span className="bar-place"><b>{info?.plant_name || 'Unison'}</b><span>{info?.edge_name ?? ''}</span></span>
      </Link>
      <Clock zone={info?.timezone} />
      <nav className="bar-right" aria-label={t('nav.label')}>
        <LimitedMark />
        <Link to="/scanner" className="bar-button bar-scan" data-testid="nav-scanner" aria-label={t('nav.scan')}><ScanIcon /><span>{t('nav.scan')}</span></Link>
        <QueueButton />
        <UserButton />
      </nav>
    </header>
  );
}

/** Plain HTTP: browsers give no camera and nothing offline. */
function LimitedMark() {
  const { t } = useTexts();
  if (window.isSecureContext) return null;
  return (
    <Link to="/trust" className="bar-button bar-limited" data-testid="limited" title={t('trust.limited')} aria-label={t('trust.limited')}>
      <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round"><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V7a4 4 0 0 1 7.5-2" /></svg>
      <span>{t('trust.mark')}</span>
    </Link>
  );
}

function Clock({ zone }: { zone?: string }) {
  const { language } = useTexts();
  const now = useServerNow(5_000);
  return <time className="bar-clock">{clock(now, zone, language)}</time>;
}

function UserButton() {
  const { t } = useTexts();
  const user = useUser();
  const here = useRouterState({ select: (s) => s.location.pathname + s.location.searchStr });
  const next = here.startsWith('/login') ? '/' : here;
  return (
    <Link to="/login" search={{ next }} className={`bar-button bar-user ${user ? '' : 'bar-user-none'}`} data-testid="user-button">
      <UserIcon />
      <span>{user ? user.name : t('signin.title')}</span>
    </Link>
  );
}

export function ScanIcon() {
  return <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round"><path d="M3 8V5a2 2 0 0 1 2-2h3M16 3h3a2 2 0 0 1 2 2v3M21 16v3a2 2 0 0 1-2 2h-3M8 21H5a2 2 0 0 1-2-2v-3M8 8v8M12 8v8M16 8v8" /></svg>;
}

function UserIcon() {
  return <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round"><circle cx="12" cy="8" r="4" /><path d="M4 21c1-5 4-7 8-7s7 2 8 7" /></svg>;
}
