/**
 * Header, navigation and keyboard of every dashboard page.
 */
import { LANGUAGES, LiveProvider, NoDataSince, post, reasonOf, setLanguage, toast, useLive, useTexts } from '@unison/ui-kit';
import { useMantineColorScheme } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { queries, stream, usePlant, useSession } from '../services';
import { useKeys } from './keys';
import { Help } from './Help';

const PAGES = [
  { to: '/', key: 'nav.dashboard', testId: 'nav-dashboard' },
  { to: '/machines', key: 'nav.machines', testId: 'nav-machines' },
  { to: '/work-orders', key: 'nav.orders', testId: 'nav-work-orders' },
  { to: '/edges', key: 'nav.edges', testId: 'nav-edges' },
] as const;

export function Shell({ plant }: { plant?: number }) {
  const { t } = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const zone = usePlant(plant)?.timezone;
  const href = useRouterState({ select: (s) => s.location.href });
  useKeys({ help: () => setHelp((open) => !open), go: (to) => void navigate({ to }) });
  useEffect(() => {
    if (!session) void navigate({ to: '/login', search: { next: href } });
    // Only the end of the session leads away, not a change of address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [session]);
  if (!session) return null;
  return (
    <LiveProvider stream={stream}>
      <a className="u-skip" href="#main">{t('common.skip')}</a>
      <header className="top">
        <Link to="/" className="brand" aria-label={t('nav.dashboard')}>
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden><rect width="32" height="32" rx="7" fill="currentColor" /><path d="M9 8v10a7 7 0 0 0 14 0V8" fill="none" stroke="var(--surface)" strokeWidth="4.5" strokeLinecap="round" /></svg>
          <b data-testid="organization">{session.organization.name}</b>
        </Link>
        <PlantPicker plant={plant} />
        <nav className="pages" aria-label={t('nav.label')}>
          {PAGES.map(({ to, key, testId }) => <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }} data-testid={testId}>{t(key)}</Link>)}
        </nav>
        <LiveMark zone={zone} />
        <button type="button" className="icon" aria-label={t('help.title')} onClick={() => setHelp(true)} data-testid="help">?</button>
        <UserMenu name={session.user.name} email={session.user.email ?? ''} />
      </header>
      <main id="main" className="main"><Outlet /></main>
      {help && <Help onClose={() => setHelp(false)} />}
    </LiveProvider>
  );
}

function PlantPicker({ plant }: { plant?: number }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const plants = useSession()?.plants ?? [];
  const only = plants.length === 1 ? plants[0] : undefined;
  if (only) return <span className="plant" data-testid="plant">{only.name}</span>;
  return (
    <select className="plant" aria-label={t('nav.plant')} value={plant ?? ''} data-testid="plant"
      onChange={(event) => void navigate({ to: '.', search: (old) => ({ ...old, plant: event.target.value ? Number(event.target.value) : undefined }) })}>
      <option value="">{t('nav.allPlants')}</option>
      {plants.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
    </select>
  );
}

function LiveMark({ zone }: { zone?: string }) {
  const { t } = useTexts();
  const live = useLive();
  if (live.freshness === 'stale') return <div className="livemark"><NoDataSince at={live.lastAt} zone={zone} /></div>;
  return <span className={`livemark livemark-${live.freshness}`} data-testid="live-mark" role="status"><i aria-hidden />{t(`live.${live.freshness}`)}</span>;
}

function UserMenu({ name, email }: { name: string; email: string }) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const inside = event instanceof KeyboardEvent ? event.key !== 'Escape' : menu.current?.contains(event.target as Node);
      if (!inside && menu.current) menu.current.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  const leave = async (): Promise<void> => {
    try {
      await post('/auth/logout');
    } catch (error) {
      toast('bad', reasonOf(error));
      return;
    }
    queries.clear();
    queries.setQueryData(['me'], null);
    await navigate({ to: '/login' });
  };
  return (
    <details className="menu" ref={menu}>
      <summary data-testid="user-menu">{name}</summary>
      <div className="menu-body">
        <p><b>{name}</b><br /><span className="dim">{email}</span></p>
        <label>{t('common.language')}
          <select value={language} data-testid="language" onChange={(event) => setLanguage(event.target.value === 'de' ? 'de' : 'en')}>
            {LANGUAGES.map((code) => <option key={code} value={code}>{code === 'de' ? 'Deutsch' : 'English'}</option>)}
          </select>
        </label>
        <label>{t('common.scheme')}
          <select value={colorScheme} data-testid="scheme" onChange={(event) => setColorScheme(event.target.value as 'light' | 'dark' | 'auto')}>
            {(['light', 'dark', 'auto'] as const).map((s) => <option key={s} value={s}>{t(`common.${s}`)}</option>)}
          </select>
        </label>
        <button type="button" className="button" onClick={() => void leave()} data-testid="sign-out">{t('common.signOut')}</button>
      </div>
    </details>
  );
}
