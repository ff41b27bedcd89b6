/** Who is signed in: own pages, language, light or dark, the way out. */
import { LANGUAGES, post, reasonOf, setLanguage, toast, useTexts } from '@unison/ui-kit';
import { useMantineColorScheme } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { queries } from '../services';

/** A `details` that closes when something else is meant. */
export function useClosingMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const own = menu.current;
      if (!own?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        if (own.contains(document.activeElement)) own.querySelector('summary')?.focus();
      } else if (own.contains(event.target as Node)) return;
      own.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return menu;
}

export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
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
}

export function UserMenu({ name, email }: { name: string; email: string }) {
  const { t, language } = useTexts();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const menu = useClosingMenu();
  const leave = useSignOut();
  return (
    <details className="menu" ref={menu}>
      <summary data-testid="user-menu"><span className="menu-name">{name}</span></summary>
      <div className="menu-body">
        <p><b>{name}</b><br /><span className="dim">{email}</span></p>
        <ul className="menu-links" onClick={(event) => event.currentTarget.closest('details')?.removeAttribute('open')}>
          <li><Link to="/profile" data-testid="menu-profile">{t('profile.title')}</Link></li>
          <li><Link to="/profile" hash="password">{t('password.title')}</Link></li>
          <li><Link to="/profile" hash="sessions">{t('sessions.title')}</Link></li>
        </ul>
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
