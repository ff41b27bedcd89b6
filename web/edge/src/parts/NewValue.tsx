/**
 * The field for a new value: a pad for gloves where it is a number, two buttons where it is a bit, a line for a text.
 */
import { useTexts } from '@unison/ui-kit';
import { useEffect, useRef, useState } from 'react';
import { parse, type BadValue, type Entry, type NewValue as Parsed } from '../tagwrite';
import { applyKey, NumberPad, type PadKey } from './NumberPad';

const DIGITS_MAX = 24;

interface Props {
  entry: Entry;
  unit: string | null;
  typed: string;
  /** Why the value of before was not taken. */
  refused: string | null;
  /** Somebody was here before and came back: the field has the focus again. */
  isBack: boolean;
  isAway: boolean;
  words: { on: string; off: string };
  onType: (text: string) => void;
  onNext: (value: Parsed) => void;
}

export function NewValue({ entry, unit, typed, refused, isBack, isAway, words, onType, onNext }: Props) {
  const { t, language } = useTexts();
  const [bad, setBad] = useState<BadValue | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choice = useRef<HTMLButtonElement>(null);
  const focus = (): void => (input.current ?? choice.current)?.focus({ preventScroll: true });
  useEffect(() => {
    if (isBack) focus();
  }, [isBack]);
  const type = (text: string): void => {
    setBad(null);
    onType(text);
  };
  // The pad knows the point only; a sign of another language stays, to be refused in words.
  const own = (text: string, from: string, to: string): string => (language === 'de' ? text.replace(from, to) : text);
  const press = (key: PadKey): void => {
    const text = applyKey(own(typed.replace('-', ''), ',', '.'), key, false, DIGITS_MAX);
    type((typed.startsWith('-') ? '-' : '') + own(text, '.', ','));
    input.current?.focus({ preventScroll: true });
  };
  const next = (): void => {
    const value = parse(entry, typed, language);
    if (!('say' in value)) return onNext(value);
    setBad(value);
    focus();
  };
  const wrong = bad ? t(bad.say, bad.names) : refused;
  const label = unit ? t('write.newIn', { unit }) : t('write.new');
  return (
    <form className={`write-form write-${entry}`} data-testid="write-form" onSubmit={(event) => { event.preventDefault(); if (!isAway) next(); }}>
      <div className="write-entry">
        {entry === 'switch' ? (
          <fieldset className="plain">
            <legend>{label}</legend>
            <div className="write-buttons">
              {(['true', 'false'] as const).map((value) => (
                <button key={value} ref={value === 'true' ? choice : undefined} type="button" className="chip write-choice" aria-pressed={typed === value} data-testid={`write-${value}`} onClick={() => type(value)}>{value === 'true' ? words.on : words.off}</button>
              ))}
            </div>
          </fieldset>
        ) : (
          <div className={`write-field ${wrong ? 'entry-bad' : ''}`}>
            <label htmlFor="write-value">{label}</label>
            <div className="write-line">
              {entry === 'number' && <button type="button" className="chip" aria-label={t('write.sign')} onPointerDown={(event) => event.preventDefault()} onClick={() => type(typed.startsWith('-') ? typed.slice(1) : `-${typed}`)}>±</button>}
              <input
                id="write-value" ref={input} value={typed} data-testid="write-value" autoComplete="off" autoCorrect="off" autoCapitalize="off" spellCheck={false} aria-invalid={wrong ? true : undefined} aria-describedby="write-wrong"
                // The pad types; the system's keyboard would cover half the screen.
                inputMode={entry === 'number' ? 'none' : 'text'} onChange={(event) => type(event.target.value)}
              />
            </div>
          </div>
        )}
        <p className="write-wrong" id="write-wrong" role="alert">{wrong}</p>
        {isAway && <p className="write-away" role="alert" data-testid="write-away">{t('write.away')}</p>}
        <button type="submit" className="big big-main" disabled={isAway} data-testid="write-next">{t('write.next')}</button>
      </div>
      {entry === 'number' && <NumberPad onKey={press} point />}
    </form>
  );
}
