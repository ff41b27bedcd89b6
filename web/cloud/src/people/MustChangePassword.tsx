/** After the first log-in with a password that somebody else knows: nothing else works before it is changed. */
import { useTexts, type CloudSession } from '@unison/ui-kit';
import { useSignOut } from '../parts/UserMenu';
import '../data/data.css';
import { PasswordForm } from './PasswordForm';

export function MustChangePassword({ session }: { session: CloudSession }) {
  const { t } = useTexts();
  const leave = useSignOut();
  return (
    <main className="login" id="main">
      <div className="login-box" data-testid="must-change">
        <h1>{t('password.mustTitle')}</h1>
        <p>{t('password.must', { name: session.user.name })}</p>
        <PasswordForm />
        <button type="button" className="button" onClick={() => void leave()}>{t('common.signOut')}</button>
      </div>
    </main>
  );
}
