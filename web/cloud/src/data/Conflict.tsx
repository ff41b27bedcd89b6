/** Somebody saved first: both versions side by side, a choice per field, and save again. */
import { dayAndClock, useTexts, type EntityForm, type Field, type ResourceRecord } from '@unison/ui-kit';
import { useState } from 'react';
import { usePlant } from '../services';
import { useTextOf } from './Cell';
import { differences, merged, type Side } from './conflict';
import { useLabels } from './labels';
import { fromInput, inputsOf, referenceText, valueOf, type Inputs } from './values';

interface Props {
  form: EntityForm;
  fields: Field[];
  base: Inputs;
  mine: Inputs;
  mineTexts: Record<string, string | null>;
  current: ResourceRecord;
  busy: boolean;
  onBack: () => void;
  onSave: (inputs: Inputs) => void;
}

export function Conflict({ form, fields, base, mine, mineTexts, current, busy, onBack, onSave }: Props) {
  const { t, language } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const words = useTextOf(form.entity, zone);
  const theirs = inputsOf(fields, current, language, zone);
  const found = differences(fields, base, mine, theirs);
  const [chosen, setChosen] = useState<Record<string, Side | null>>(() => Object.fromEntries(found.map((d) => [d.field.name, d.side])));
  const open = found.filter((d) => !chosen[d.field.name]).length;
  const mineText = (field: Field): string => {
    if (field.kind === 'reference') return mineTexts[field.name] ?? words(field, mine[field.name]);
    const parsed = fromInput(field, mine[field.name] ?? null, language, zone);
    return parsed.ok ? words(field, parsed.value) : String(mine[field.name] ?? '');
  };
  const theirText = (field: Field): string => (field.kind === 'reference' ? (referenceText(current, field) ?? words(field, null)) : words(field, valueOf(current, field.name)));
  const option = (field: Field, side: Side, text: string) => (
    <label className={`pick${chosen[field.name] === side ? ' pick-on' : ''}`}>
      <input type="radio" name={field.name} checked={chosen[field.name] === side} onChange={() => setChosen({ ...chosen, [field.name]: side })} data-testid={`pick-${field.name}-${side}`} />
      <span>{text}</span>
    </label>
  );
  return (
    <section className="panel" aria-labelledby="conflict-title" data-testid="conflict">
      <h2 id="conflict-title" tabIndex={-1} ref={(h) => h?.focus()}>{t('conflict.title')}</h2>
      <p>{t('conflict.text', { when: dayAndClock(current.updated_at, zone, language) })}</p>
      <table className="table conflict">
        <thead><tr><th>{t('conflict.field')}</th><th>{t('conflict.mine')}</th><th>{t('conflict.theirs')}</th></tr></thead>
        <tbody>
          {found.map(({ field }) => (
            <tr key={field.name}>
              <td data-label=""><b>{labels.field(form.entity, field)}</b></td>
              <td data-label={t('conflict.mine')}>{option(field, 'mine', mineText(field))}</td>
              <td data-label={t('conflict.theirs')}>{option(field, 'theirs', theirText(field))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length === 0 && <p>{t('conflict.equal')}</p>}
      <div className="form-foot">
        <button type="button" className="button button-main" data-save disabled={busy || open > 0} data-testid="save-again" onClick={() => onSave(merged(theirs, mine, chosen as Record<string, Side>))}>{t('conflict.save')}</button>
        <button type="button" className="button" onClick={onBack}>{t('common.back')}</button>
        {open > 0 && <span className="dim" role="status">{t('conflict.open', { count: open })}</span>}
      </div>
    </section>
  );
}
