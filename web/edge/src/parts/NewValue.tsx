/**
 * The field for a new value: a pad for gloves where it is a number, two buttons where it is a bit, a line for a text.
 */
import { useTexts } from '@unison/ui-kit';
import { useRef, useState } from 'react';
import { sentOf, type Entry } from '../tagwrite';
import { applyKey, NumberPad, type PadKey } from './NumberPad';

const DIGITS_MAX = 24;

interface Props {
  entry: Entry;
  unit: string | null;
  typed: string;
  /** Why the value of before was not taken. */
  refused: string | null;
  isAway: boolean;
  words: { on: string; off: string };
  onType: (text: string) => void;
  onNext: () => void;
}

const BAD = { number: 'write.badNumber', text: 'write.badText', switch: 'write.badSwitch' } as const;

export function NewValue({ entry, unit, typed, refused, isAway, words, onType, onNext }: Props) {
  const { t, language } = useTexts();
  const [isWrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const type = (text: string): void => {
    setWrong(false);
    onType(text);
  };
  const press = (key: PadKey): void => {
    const text = applyKey(typed.replace('-', '').replace(',', '.'), key, false, DIGITS_MAX);
    type((typed.startsWith('-') ? '-' : '') + (language === 'de' ? text.replace('.', ',') : text));
    input.current?.focus({ preventScroll: true });
  };
  const next = (): void => {
    if (sentOf(entry, typed) === null) return setWrong(true);
    onNext();
  };
  const wrong = isWrong ? t(BAD[entry]) : refused;
  const label = unit ? t('write.newIn', { unit }) : t('write.new');
  return (
    <form className={`write-form write-${entry}`} data-testid="write-form" onSubmit={(event) => { event.preventDefault(); if (!isAway) next(); }}>
      <div className="write-entry">
        {entry === 'switch' ? (
          <fieldset className="plain">
            <legend>{label}</legend>
            <div className="write-buttons">
              {(['true', 'false'] as const).map((value) => (
                <button key={value} type="button" className="chip write-choice" aria-pressed={typed === value} data-testid={`write-${value}`} onClick={() => type(value)}>{value === 'true' ? words.on : words.off}</button>
              ))}
            </div>
          </fieldset>
        ) : (
          <div className={`write-field ${wrong ? 'entry-bad' : ''}`}>
            <label htmlFor="write-value">{label}</label>
            <div className="write-line">
              {entry === 'number' && <button type="button" className="chip" aria-label={t('write.sign')} onPointerDown={(event) => event.preventDefault()} onClick={() => type(typed.startsWith('-') ? typed.slice(1) : `-${typed}`)}>±</button>}
              <input
                id="write-value" ref={input} value={typed} data-testid="write-value" autoComplete="off" aria-invalid={wrong ? true : undefined} aria-describedby="write-wrong"
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
