/** A new password: the present one, the new one twice. The server says what will not do. */
import { ApiError, reasonOf, toast, useTexts } from '@unison/ui-kit';
import { useId, useRef, useState } from 'react';
import { changePassword } from './account';

const FIELDS = ['current_password', 'new_password', 'repeated'] as const;
type Name = (typeof FIELDS)[number];

export function PasswordForm({ onDone }: { onDone?: () => void }) {
  const { t } = useTexts();
  const id = useId();
  const [values, setValues] = useState<Record<Name, string>>({ current_password: '', new_password: '', repeated: '' });
  const [problems, setProblems] = useState<Partial<Record<Name, string>>>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const show = (found: Partial<Record<Name, string>>): void => {
    setProblems(found);
    window.setTimeout(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0);
  };
  const submit = async (): Promise<void> => {
    setGeneral(null);
    if (values.new_password !== values.repeated) {
      show({ repeated: t('password.differs') });
      return;
    }
    setBusy(true);
    try {
      await changePassword(values.current_password, values.new_password);
      setValues({ current_password: '', new_password: '', repeated: '' });
      setProblems({});
      toast('good', t('password.done'));
      onDone?.();
    } catch (error) {
      const details = error instanceof ApiError ? (error.refusal?.details ?? []) : [];
      show(Object.fromEntries(details.filter((d) => FIELDS.some((f) => f === d.field)).map((d) => [d.field, d.message])));
      if (details.length === 0) setGeneral(error instanceof ApiError && error.unreachable ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form ref={element} className="form form-narrow" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void submit(); }}>
      {general && <p className="form-problem" role="alert">{general}</p>}
      <div className="fields">
        {FIELDS.map((name) => (
          <div key={name} className={`field${problems[name] ? ' field-wrong' : ''}`}>
            <div className="field-label"><label htmlFor={`${id}-${name}`}>{t(`password.${name}`)}</label></div>
            <div className="field-input">
              <input id={`${id}-${name}`} className="input" type="password" required autoComplete={name === 'current_password' ? 'current-password' : 'new-password'} value={values[name]} data-testid={name}
                aria-invalid={problems[name] ? true : undefined} aria-describedby={problems[name] ? `${id}-${name}-p` : undefined} onChange={(e) => setValues({ ...values, [name]: e.target.value })} />
              {problems[name] && <p className="field-problem" id={`${id}-${name}-p`}>{problems[name]}</p>}
            </div>
          </div>
        ))}
      </div>
      <div className="form-foot"><button type="submit" className="button button-main" data-save disabled={busy} data-testid="change-password">{t('password.submit')}</button></div>
    </form>
  );
}
