/** One's own affairs: name and phone, password, and where one is signed in. */
import { ApiError, dayAndClock, LANGUAGES, Loaded, reasonOf, setLanguage, toast, useTexts, type SessionRow } from '@unison/ui-kit';
import { useEffect, useState } from 'react';
import { useRouterState } from '@tanstack/react-router';
import '../data/data.css';
import { useLabels } from '../data/labels';
import { usePlant, useSession } from '../services';
import { changeProfile, endSession, useSessions } from './account';
import { PasswordForm } from './PasswordForm';

export function ProfilePage() {
  const { t } = useTexts();
  const hash = useRouterState({ select: (s) => s.location.hash });
  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' });
  }, [hash]);
  return (
    <section aria-labelledby="title" className="profile">
      <header className="head"><h1 id="title">{t('profile.title')}</h1></header>
      <div className="panel"><About /></div>
      <div className="panel" id="password"><h2>{t('password.title')}</h2><PasswordForm /></div>
      <div className="panel" id="sessions"><h2>{t('sessions.title')}</h2><Sessions /></div>
    </section>
  );
}

function About() {
  const { t, language } = useTexts();
  const labels = useLabels();
  const session = useSession();
  const [name, setName] = useState(session?.user.name ?? '');
  const [phone, setPhone] = useState(session?.user.phone ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!session) return null;
  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await changeProfile({ name: name.trim(), phone: phone.trim() || null, language });
      toast('good', t('data.saved', { what: t('profile.title') }));
    } catch (error) {
      setProblem(error instanceof ApiError && error.unreachable ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="form form-narrow" noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
      {problem && <p className="form-problem" role="alert">{problem}</p>}
      <div className="fields">
        <div className="field"><div className="field-label"><label htmlFor="p-name">{t('profile.name')}</label></div><input id="p-name" className="input" value={name} autoComplete="name" data-testid="profile-name" onChange={(e) => setName(e.target.value)} /></div>
        <div className="field"><div className="field-label"><label htmlFor="p-phone">{t('profile.phone')}</label></div><input id="p-phone" className="input" type="tel" autoComplete="tel" value={phone} onChange={(e) => setPhone(e.target.value)} /></div>
        <div className="field"><div className="field-label"><label htmlFor="p-language">{t('common.language')}</label></div>
          <select id="p-language" className="input" value={language} onChange={(e) => setLanguage(e.target.value === 'de' ? 'de' : 'en')}>{LANGUAGES.map((code) => <option key={code} value={code}>{code === 'de' ? 'Deutsch' : 'English'}</option>)}</select>
        </div>
        <div className="field"><div className="field-label">{t('login.email')}</div><span>{session.user.email}</span></div>
        <div className="field"><div className="field-label">{t('profile.roles')}</div><span>{session.user.roles.map((r) => labels.choice('user', 'roles', r, r.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()))).join(', ')}</span></div>
        <div className="field"><div className="field-label">{t('profile.plants')}</div><span>{session.plants.map((p) => p.name).join(', ')}</span></div>
      </div>
      <div className="form-foot"><button type="submit" className="button button-main" data-save disabled={busy} data-testid="save-profile">{t('data.save')}</button></div>
    </form>
  );
}

function Sessions() {
  const { t } = useTexts();
  const sessions = useSessions();
  return (
    <Loaded query={sessions} what={t('sessions.title')}>
      {({ sessions: list }) => (
        <table className="table" data-testid="sessions">
          <thead><tr><th>{t('sessions.device')}</th><th>{t('sessions.ip')}</th><th>{t('sessions.since')}</th><th>{t('sessions.until')}</th><th><span className="u-visually-hidden">{t('orders.actions')}</span></th></tr></thead>
          <tbody>{list.map((row) => <Row key={row.id} row={row} />)}</tbody>
        </table>
      )}
    </Loaded>
  );
}

function Row({ row }: { row: SessionRow }) {
  const { t, language } = useTexts();
  const zone = usePlant()?.timezone;
  const end = async (): Promise<void> => {
    try {
      await endSession(row.id);
      toast('good', t('sessions.ended'));
    } catch (error) {
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    }
  };
  return (
    <tr>
      <td data-label="">{row.device ?? t('sessions.unknown')}</td>
      <td data-label={t('sessions.ip')}>{row.ip}</td>
      <td data-label={t('sessions.since')} className="nowrap">{dayAndClock(row.created_at, zone, language)}</td>
      <td data-label={t('sessions.until')} className="nowrap">{dayAndClock(row.expires_at, zone, language)}</td>
      <td data-label="" className="actions">{row.is_current ? <span className="wo">{t('sessions.this')}</span> : <button type="button" className="button" aria-label={t('sessions.endOf', { device: row.device ?? '' })} onClick={() => void end()}>{t('sessions.end')}</button>}</td>
    </tr>
  );
}
