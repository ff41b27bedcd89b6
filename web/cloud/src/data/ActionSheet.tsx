/** An action that needs to know more than its name: its fields in a sheet. */
import { ApiError, reasonOf, useTexts, type EntityForm, type FormAction, type ResourceRecord, type Values } from '@unison/ui-kit';
import { useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { usePlant } from '../services';
import { FieldRow } from './FieldInput';
import { bodyOf, inputsOf, titleOf, type Inputs } from './values';

interface Props {
  form: EntityForm;
  action: FormAction;
  title: string;
  /** None when it is about several records. */
  record: ResourceRecord | null;
  onClose: () => void;
  onRun: (body: Values) => Promise<void>;
}

export function ActionSheet({ form, action, title, record, onClose, onRun }: Props) {
  const { t, language } = useTexts();
  const zone = usePlant()?.timezone;
  const [inputs, setInputs] = useState<Inputs>(() => inputsOf(action.fields, null, language, zone));
  const [texts, setTexts] = useState<Record<string, string | null>>({});
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const { body, problems: unread } = bodyOf(action.fields, inputs, null, language, zone, (p) => t(`form.${p}`));
    setProblems(Object.fromEntries(unread.map((p) => [p.field, p.message])));
    if (unread.length > 0) return;
    setBusy(true);
    setGeneral(null);
    try {
      await onRun(body);
    } catch (error) {
      const details = error instanceof ApiError ? (error.refusal?.details ?? []) : [];
      setProblems(Object.fromEntries(details.map((d) => [d.field, d.message])));
      const unknown = details.filter((d) => !action.fields.some((f) => f.name === d.field));
      setGeneral(details.length === 0 ? (reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error)) : unknown.map((d) => `${d.field}: ${d.message}`).join(' ') || null);
      setBusy(false);
    }
  };
  return (
    <Dialog sheet title={title} onClose={onClose} testId="action-sheet">
      {record && <p className="dim">{Object.values(titleOf(record, form)).filter(Boolean).join(' ')}</p>}
      <form className="form form-narrow" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void submit(); }}>
        {general && <p className="form-problem" role="alert">{general}</p>}
        <div className="fields">
          {action.fields.map((field) => (
            <FieldRow key={field.name} entity={form.entity} field={field} value={inputs[field.name] ?? null} text={texts[field.name] ?? null} problem={problems[field.name] ?? null}
              onChange={(value, text) => { setInputs({ ...inputs, [field.name]: value }); if (text !== undefined) setTexts({ ...texts, [field.name]: text }); }} />
          ))}
        </div>
        <div className="form-foot">
          <button type="submit" className="button button-main" data-save disabled={busy}>{title}</button>
          <button type="button" className="button" onClick={onClose}>{t('common.cancel')}</button>
        </div>
      </form>
    </Dialog>
  );
}
