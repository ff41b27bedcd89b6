/**
 * A pad for gloves. It only produces keys; the page keeps the text.
 */
import { useTexts } from '@unison/ui-kit';

export type PadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '.' | 'back';

interface Props {
  onKey: (key: PadKey) => void;
  /** Hours have a decimal point, counts and PINs do not. */
  point?: boolean;
}

const KEYS: readonly PadKey[] = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '.', '0', 'back'];

export function NumberPad({ onKey, point = false }: Props) {
  const { t, language } = useTexts();
  return (
    <div className="pad" role="group" aria-label={t('pad.label')} data-testid="number-pad">
      {KEYS.map((key) => (
        <button
          key={key}
          type="button"
          className="pad-key"
          data-testid={`pad-${key === '.' ? 'point' : key}`}
          disabled={key === '.' && !point}
          aria-label={key === 'back' ? t('pad.back') : undefined}
          // The field keeps the focus, so that a hardware keyboard still types into it.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onKey(key)}
        >
          {key === 'back' ? '⌫' : key === '.' && language === 'de' ? ',' : key}
        </button>
      ))}
    </div>
  );
}

/** Pure: what a key makes of a field's text. `fresh`: the text was pre-filled, the first key replaces it. */
export function applyKey(text: string, key: PadKey, fresh: boolean, maxLength: number): string {
  if (key === 'back') return fresh ? '' : text.slice(0, -1);
  const base = fresh ? '' : text;
  if (key === '.') return base.includes('.') ? base : `${base || '0'}.`;
  const next = base === '0' ? key : base + key;
  return next.length > maxLength ? base : next;
}
