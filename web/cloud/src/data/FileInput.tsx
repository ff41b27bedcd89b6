/** A file that a record holds: chosen and sent at once, held when the record is saved. */
import { ApiError, reasonOf, useTexts, type Field } from '@unison/ui-kit';
import { useState } from 'react';
import { uploadFile, type HeldFile } from './calls';
import { FileLink } from './FileLink';
import type { Input } from './values';

/** What the server takes. */
const BYTES_MAX = 10 * 1024 * 1024;

interface Props {
  entity: string;
  field: Field;
  value: Input;
  id: string;
  describedBy?: string;
  problem: string | null;
  disabled: boolean;
  onChange: (value: Input) => void;
}

export function FileInput({ entity, field, value, id, describedBy, problem, disabled, onChange }: Props) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const held = typeof value === 'string' && value !== '' ? (JSON.parse(value) as HeldFile) : null;
  const choose = async (file: File): Promise<void> => {
    if (file.size > BYTES_MAX) {
      setTrouble(t('file.tooLarge'));
      return;
    }
    setBusy(true);
    setTrouble(null);
    try {
      const sent = await uploadFile(entity, field.name.replace('custom_fields.', ''), file);
      onChange(JSON.stringify(sent));
    } catch (error) {
      setTrouble(error instanceof ApiError && error.refusal?.details?.[0] ? error.refusal.details[0].message : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="file-input">
      {held && <><FileLink file={held} /> {!disabled && <button type="button" className="button" data-testid="file-remove" onClick={() => onChange('')}>{t('file.remove')}</button>}</>}
      <input type="file" className="input" id={id} disabled={disabled || busy} aria-invalid={problem !== null || undefined} aria-describedby={describedBy} aria-required={field.required || undefined} aria-busy={busy}
        onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ''; if (file) void choose(file); }} />
      {busy && <span role="status" className="dim">{t('file.sending')}</span>}
      {trouble && <p className="field-problem" role="alert">{trouble}</p>}
    </span>
  );
}
