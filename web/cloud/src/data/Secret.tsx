/** A password or key that the server tells once and never again. */
import { toast, useTexts } from '@unison/ui-kit';
import { Dialog } from '../parts/Dialog';

const NAMES = ['first_password', 'password', 'token', 'key'] as const;

export interface Secret {
  kind: 'password' | 'key';
  text: string;
}

/** Pure: the secret of an answer, if it holds one. */
export function secretOf(answer: Record<string, unknown> | null | undefined): Secret | null {
  const name = NAMES.find((n) => typeof answer?.[n] === 'string' && answer[n] !== '');
  return name ? { kind: name.includes('password') ? 'password' : 'key', text: String(answer?.[name]) } : null;
}

export function SecretOnce({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { t } = useTexts();
  const copy = (): void => {
    // Hidden on plain HTTP; then the text is selected and can be copied by hand.
    if (navigator.clipboard) void navigator.clipboard.writeText(secret.text).then(() => toast('info', t('common.copied')));
    else document.querySelector<HTMLInputElement>('.secret input')?.select();
  };
  return (
    <Dialog title={t(`secret.${secret.kind}`)} onClose={onClose} testId="secret" mayClose={() => true}>
      <p>{t(`secret.${secret.kind}Once`)}</p>
      <div className="secret">
        <input className="input" readOnly value={secret.text} aria-label={t(`secret.${secret.kind}`)} data-testid="secret-text" onFocus={(e) => e.target.select()} autoComplete="off" spellCheck={false} />
        <button type="button" className="button" onClick={copy} data-testid="copy-secret">{t('secret.copy')}</button>
      </div>
      <div className="u-row"><button type="button" className="button button-main" onClick={onClose}>{t('secret.done')}</button></div>
    </Dialog>
  );
}
