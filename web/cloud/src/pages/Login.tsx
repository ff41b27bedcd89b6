/**
 * Log in. The organisation comes from the host; where the host names none the form asks for it.
 */
import { ApiError, post, reasonOf, useTexts, type CloudSession } from '@unison/ui-kit';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { hostNamesOrganization, organization, setOrganization } from '../org';
import { queries } from '../services';

export function Login({ next }: { next: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [org, setOrg] = useState(organization());
  const [asksOrg, setAsksOrg] = useState(!hostNamesOrganization(window.location.hostname) || organization() !== '');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    setOrganization(asksOrg ? org : '');
    try {
      const session = await post<CloudSession>('/auth/login', { email: email.trim(), password });
      queries.clear();
      queries.setQueryData(['me'], session);
      await navigate({ to: next, replace: true });
    } catch (error) {
      // Not found can only mean the organisation: no answer tells whether a person exists.
      if (error instanceof ApiError && error.status === 404) setAsksOrg(true);
      setProblem(error instanceof ApiError && error.unreachable ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }} aria-labelledby="login-title">
        <svg viewBox="0 0 32 32" width="44" height="44" aria-hidden><rect width="32" height="32" rx="7" fill="var(--brand)" /><path d="M9 8v10a7 7 0 0 0 14 0V8" fill="none" stroke="var(--surface)" strokeWidth="4.5" strokeLinecap="round" /></svg>
        <h1 id="login-title">{t('login.title')}</h1>
        {asksOrg && (
          <label>{t('login.organization')}
            <input value={org} required autoCapitalize="none" spellCheck={false} autoComplete="organization" data-testid="organization-field" onChange={(event) => setOrg(event.target.value)} />
            <small className="dim">{t('login.organizationHint')}</small>
          </label>
        )}
        <label>{t('login.email')}<input type="email" value={email} required autoComplete="username" data-testid="email" onChange={(event) => setEmail(event.target.value)} /></label>
        <label>{t('login.password')}<input type="password" value={password} required autoComplete="current-password" data-testid="password" onChange={(event) => setPassword(event.target.value)} /></label>
        <p className="problem" role="alert" data-testid="login-error">{problem ?? ''}</p>
        <button type="submit" className="button button-main" disabled={busy} data-testid="sign-in">{t('login.submit')}</button>
      </form>
    </main>
  );
}
