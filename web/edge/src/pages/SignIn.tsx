/**
 * Sign on: your tile, then your PIN. A badge works too. Afterwards you are back where you were.
 */
import { Empty, Loaded, post, reasonOf, Skeletons, toast, useTexts, type EdgeSession, type Operator } from '@unison/ui-kit';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { applyKey, NumberPad } from '../parts/NumberPad';
import { useOperators } from '../reads';
import { dropIntent, pendingIntent, signedOn, signOff, useUser } from '../session';

const PIN_MAX = 6;
const PIN_MIN = 4;

export function SignIn({ next }: { next: string }) {
  const { t } = useTexts();
  const operators = useOperators();
  const user = useUser();
  const [chosen, setChosen] = useState<Operator | null>(null);
  const [purpose] = useState(pendingIntent);
  // Leaving by the bar gives the unfinished write up; signing on has already taken it.
  useEffect(() => dropIntent, []);
  if (chosen) return <Pin operator={chosen} purpose={purpose} next={next} onBack={() => setChosen(null)} />;
  return (
    <section className="sheet" aria-labelledby="signin-title">
      <header className="sheet-head">
        <h1 id="signin-title">{t('signin.who')}</h1>
        {purpose && <p className="dim" data-testid="signin-purpose">{t('signin.purpose', { purpose })}</p>}
      </header>
      {user && <Present name={user.name} next={next} />}
      <Loaded query={operators} what={t('signin.operators')} skeleton={<Skeletons count={3} height={96} />}>
        {({ operators: list }) => list.length === 0 ? <Empty title={t('signin.none')} hint={t('signin.noneHint')} /> : (
          <ul className="people">
            {list.map((operator) => (
              <li key={operator.id}>
                <button type="button" className="person" data-testid={`operator-${operator.id}`} aria-disabled={!operator.has_pin || undefined}
                  onClick={() => operator.has_pin ? setChosen(operator) : toast('info', t('signin.noPin', { name: operator.name }))}>
                  <span className="person-initials" aria-hidden>{initials(operator.name)}</span>
                  <span><b>{operator.name}</b>{!operator.has_pin && <small>{t('signin.noPinShort')}</small>}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <p className="dim">{t('signin.badgeHint')}</p>
    </section>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((w) => [...(w ?? '')][0] ?? '').join('').toUpperCase();
}

function Present({ name, next }: { name: string; next: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const leave = async (): Promise<void> => {
    if (!(await signOff())) toast('info', t('signin.leftAway', { name }));
    await navigate({ to: next });
  };
  return (
    <div className="present">
      <p>{t('signin.present', { name })}</p>
      <button type="button" className="chip" data-testid="sign-out" onClick={() => void leave()}>{t('common.signOut')}</button>
    </div>
  );
}

function Pin({ operator, purpose, next, onBack }: { operator: Operator; purpose: string | null; next: string; onBack: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [pin, setPin] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = async (): Promise<void> => {
    if (pin.length < PIN_MIN || busy) return;
    setBusy(true);
    try {
      const session = await post<EdgeSession>('/auth/login', { operator: operator.id, pin });
      const carryOn = signedOn(session);
      await navigate({ to: next, replace: true });
      await carryOn;
    } catch (error) {
      setWrong(reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
      setPin('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="pin" aria-labelledby="pin-title" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <header className="sheet-head">
        <button type="button" className="back" onClick={onBack} data-testid="back">← {t('signin.other')}</button>
        <h1 id="pin-title">{operator.name}</h1>
        {purpose && <p className="dim">{t('signin.purpose', { purpose })}</p>}
      </header>
      <div className="pin-entry">
        <label htmlFor="pin-field">{t('signin.pin')}</label>
        <input id="pin-field" ref={input} type="password" inputMode="none" autoComplete="off" value={pin} data-testid="pin"
          onChange={(event) => { setWrong(null); setPin(event.target.value.replace(/\D/g, '').slice(0, PIN_MAX)); }} />
        <p className="pin-wrong" role="alert" data-testid="pin-error">{wrong ?? ''}</p>
        <button type="submit" className="big big-main" disabled={pin.length < PIN_MIN || busy} data-testid="sign-in">{t('signin.title')}</button>
      </div>
      <NumberPad onKey={(key) => { setWrong(null); setPin(applyKey(pin, key, false, PIN_MAX).replace('.', '')); }} />
    </form>
  );
}
