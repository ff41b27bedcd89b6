/**
 * Header, navigation and keyboard of every dashboard page.
 */
import { LiveProvider, NoDataSince, reasonOf, toast, useLive, useTexts } from '@unison/ui-kit';
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { stream, switchPlant, usePlant, useSession } from '../services';
import { MustChangePassword } from '../people/MustChangePassword';
import { Help } from './Help';
import { useKeys } from './keys';
import { Nav } from './Nav';
import { Palette } from './Palette';
import { UserMenu } from './UserMenu';

export function Shell() {
  const { t } = useTexts();
  const session = useSession();
  const navigate = useNavigate();
  const router = useRouter();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  const zone = usePlant()?.timezone;
  const href = useRouterState({ select: (s) => s.location.href });
  useKeys({ help: () => setHelp((open) => !open), palette: () => setPalette((open) => !open), go: (to) => router.history.push(to) });
  useFocusOnArrival();
  useEffect(() => {
    if (!session) void navigate({ to: '/login', search: { next: href } });
    // Only the end of the session leads away, not a change of address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [session]);
  if (!session) return null;
  if (session.must_change_password) return <MustChangePassword session={session} />;
  return (
    <LiveProvider stream={stream}>
      <a className="u-skip" href="#main">{t('common.skip')}</a>
      <header className="top">
        <MenuButton />
        <Link to="/" className="brand">
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden><rect width="32" height="32" rx="7" fill="currentColor" /><path d="M9 8v10a7 7 0 0 0 14 0V8" fill="none" stroke="var(--surface)" strokeWidth="4.5" strokeLinecap="round" /></svg>
          <b data-testid="organization">{session.organization.name}</b>
        </Link>
        <PlantSwitch />
        <button type="button" className="find" onClick={() => setPalette(true)} data-testid="open-palette">
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden><circle cx="8.5" cy="8.5" r="5.5" fill="none" stroke="currentColor" strokeWidth="2" /><path d="m13 13 5 5" stroke="currentColor" strokeWidth="2" /></svg>
          <span>{t('palette.open')}</span><kbd>Ctrl K</kbd>
        </button>
        <LiveMark zone={zone} />
        <button type="button" className="icon" aria-label={t('help.title')} onClick={() => setHelp(true)} data-testid="help">?</button>
        <UserMenu name={session.user.name} email={session.user.email ?? ''} />
      </header>
      <div className="frame">
        <aside className="side"><Nav /></aside>
        <main id="main" className="main" tabIndex={-1}>
          {session.read_only && <p className="u-strip read-only" role="status"><b>{session.read_only.error}.</b> {session.read_only.reason}</p>}
          <Outlet />
        </main>
      </div>
      {help && <Help onClose={() => setHelp(false)} />}
      {palette && <Palette onClose={() => setPalette(false)} />}
    </LiveProvider>
  );
}

/** Whoever cannot see the page change hears it: a new address puts the focus at its beginning and names the window. */
function useFocusOnArrival(): void {
  const router = useRouter();
  useEffect(() => {
    let last = window.location.pathname;
    const title = (): void => {
      const heading = document.querySelector('#main h1')?.textContent?.trim();
      document.title = heading ? `${heading} – Unison` : 'Unison';
    };
    title();
    const watcher = new MutationObserver(title);
    const main = document.getElementById('main');
    if (main) watcher.observe(main, { childList: true, subtree: true });
    const stop = router.subscribe('onRendered', ({ toLocation }) => {
      if (toLocation.pathname === last) return;
      last = toLocation.pathname;
      const place = document.getElementById('main');
      if (place && !place.contains(document.activeElement) && !document.querySelector('dialog[open]')) place.focus({ preventScroll: true });
    });
    return () => {
      stop();
      watcher.disconnect();
    };
  }, [router]);
}

function PlantSwitch() {
  const { t } = useTexts();
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const plants = session?.plants ?? [];
  if (plants.length < 2) return plants[0] ? <span className="plant" data-testid="plant">{plants[0].name}</span> : null;
  const choose = async (id: number): Promise<void> => {
    setBusy(true);
    try {
      await switchPlant(id);
      toast('good', t('nav.plantNow', { plant: plants.find((p) => p.id === id)?.name ?? '' }));
    } catch (error) {
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <select className="plant" aria-label={t('nav.plant')} value={session?.current_plant_id ?? ''} disabled={busy} data-testid="plant" onChange={(event) => void choose(Number(event.target.value))}>
      {!session?.current_plant_id && <option value="">{t('nav.plant')}</option>}
      {plants.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
    </select>
  );
}

/** On narrow screens the navigation is a sheet behind a button. */
function MenuButton() {
  const { t } = useTexts();
  const sheet = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  useEffect(() => sheet.current?.close(), [path]);
  return (
    <>
      <button type="button" className="icon menu-button" aria-label={t('nav.label')} data-testid="menu" onClick={() => { setOpen(true); sheet.current?.showModal(); }}>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden><path d="M2 5h16M2 10h16M2 15h16" stroke="currentColor" strokeWidth="2" /></svg>
      </button>
      <dialog ref={sheet} className="nav-sheet" aria-label={t('nav.label')} onClose={() => setOpen(false)} onClick={(event) => { if (event.target === event.currentTarget) event.currentTarget.close(); }}>
        <div className="nav-sheet-body">
          <form method="dialog"><button type="submit" className="icon" aria-label={t('common.close')}>×</button></form>
          {open && <Nav />}
        </div>
      </dialog>
    </>
  );
}

function LiveMark({ zone }: { zone?: string }) {
  const { t } = useTexts();
  const live = useLive();
  if (live.freshness === 'stale') return <div className="livemark"><NoDataSince at={live.lastAt} zone={zone} /></div>;
  return <span className={`livemark livemark-${live.freshness}`} data-testid="live-mark" role="status"><i aria-hidden /><span>{t(`live.${live.freshness}`)}</span></span>;
}
