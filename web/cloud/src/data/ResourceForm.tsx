/**
 * The form of any entity, for a new record or a present one. The server checks; its mistakes come back to their
 * fields. A record that somebody changed meanwhile leads to the conflict screen, never to an overwritten value.
 */
import { ApiError, reasonOf, useTexts, uuidv7, type EntityForm, type Field, type ResourceRecord, type Values } from '@unison/ui-kit';
import { useBlocker } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { usePlant, useSession } from '../services';
import { changeRecord, createRecord } from './calls';
import { Conflict } from './Conflict';
import { FieldRow } from './FieldInput';
import { useLabels } from './labels';
import { QuickCreate } from './QuickCreate';
import { refresh } from './reads';
import { bodyOf, inputsOf, isDirty, referenceText, type Input, type Inputs } from './values';
import { editorOf, isForGood, isWanted } from './special';

export interface ResourceFormProps {
  form: EntityForm;
  /** None for a new record. */
  record: ResourceRecord | null;
  /** What an address or a look-up already knows of the new record. */
  prefill?: Record<string, string>;
  /** Asks before leaving with unsaved input. Off inside a dialog. */
  guards: boolean;
  onSaved: (record: ResourceRecord) => void;
  onCancel: () => void;
  /** Another way to save than the resource's own, as for the organisation itself. */
  save?: (version: number, body: Values) => Promise<ResourceRecord>;
}

export function editableFields(form: EntityForm): Field[] {
  return [...form.fields, ...form.custom_fields].filter((f) => !f.read_only && (f.kind !== 'object' || editorOf(form.entity, f.name) !== null));
}

interface Editing {
  record: ResourceRecord | null;
  base: Inputs;
  inputs: Inputs;
  /** Names of what look-ups point to, by field. */
  texts: Record<string, string | null>;
}

export function ResourceForm(props: ResourceFormProps) {
  const { form, prefill, guards, onSaved, onCancel } = props;
  const { t, language } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const session = useSession();
  const fields = useMemo(() => editableFields(form), [form]);
  const begin = (record: ResourceRecord | null): Editing => {
    const base = inputsOf(fields, record, language, zone);
    const texts = Object.fromEntries(fields.filter((f) => f.kind === 'reference').map((f) => [f.name, record ? referenceText(record, f) : null]));
    const known = record ? {} : { ...plantOf(fields, session?.current_plant_id), ...prefill };
    return { record, base, inputs: { ...base, ...Object.fromEntries(Object.entries(known).filter(([name]) => name in base)) }, texts };
  };
  const [editing, setEditing] = useState(() => begin(props.record));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [conflict, setConflict] = useState<ResourceRecord | null>(null);
  const [creating, setCreating] = useState<{ field: Field; typed: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const key = useRef(uuidv7());
  const saved = useRef(false);
  const { record, base, inputs, texts } = editing;
  const dirty = isDirty(inputs, base);
  const blocker = useBlocker({ shouldBlockFn: () => guards && dirty && !saved.current, enableBeforeUnload: () => guards && dirty && !saved.current, withResolver: true });
  const [mistakes, setMistakes] = useState(0);
  const focusProblem = (): void => setMistakes((n) => n + 1);
  useEffect(() => {
    if (mistakes > 0) element.current?.querySelector<HTMLElement>('.field-wrong :is(input, select, textarea)')?.focus();
  }, [mistakes]);
  useEffect(() => {
    if (!record) element.current?.querySelector<HTMLElement>(':is(input, select, textarea):not(:disabled)')?.focus({ preventScroll: true });
    // Only when the form appears.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const change = (name: string, value: Input, text?: string | null): void => {
    setEditing((old) => ({ ...old, inputs: { ...old.inputs, [name]: value }, texts: text === undefined ? old.texts : { ...old.texts, [name]: text } }));
    setProblems((old) => Object.fromEntries(Object.entries(old).filter(([field]) => field !== name)));
  };
  const wanted = fields.filter((f) => isWanted(form.entity, f.name, inputs));

  const refused = (error: unknown): void => {
    if (error instanceof ApiError && error.status === 409 && isRecord(error.refusal?.current)) {
      setConflict(error.refusal.current);
      return;
    }
    const details = error instanceof ApiError ? (error.refusal?.details ?? []) : [];
    const byField: Record<string, string> = {};
    const others: string[] = [];
    for (const { field, message } of details) {
      if (wanted.some((f) => f.name === field)) byField[field] = byField[field] ? `${byField[field]} ${message}` : message;
      else others.push(`${field}: ${message}`);
    }
    setProblems(byField);
    setGeneral(error instanceof ApiError && error.unreachable ? t('error.unreachable') : others.length > 0 ? others.join(' ') : details.length > 0 ? t('form.mistakes', { count: details.length }) : reasonOf(error));
    focusProblem();
  };

  const submit = async (from: Editing = editing): Promise<void> => {
    const { body, problems: unread } = bodyOf(wanted, from.inputs, from.record ? from.base : null, language, zone, (p) => t(`form.${p}`));
    setGeneral(null);
    // Saved now, the record would go without the file that is on its way.
    if (element.current?.querySelector('input[type="file"][aria-busy="true"]')) {
      setGeneral(t('file.wait'));
      return;
    }
    if (unread.length > 0) {
      setProblems(Object.fromEntries(unread.map((p) => [p.field, p.message])));
      focusProblem();
      return;
    }
    if (from.record && Object.keys(body).length === 0) {
      saved.current = true;
      onSaved(from.record);
      return;
    }
    setBusy(true);
    try {
      const answer = from.record
        ? await (props.save ? props.save(from.record.version, body) : changeRecord(form.path, from.record.id, from.record.version, body))
        : await createRecord(form.path, body, key.current);
      saved.current = true;
      refresh(form.path);
      onSaved(answer);
    } catch (error) {
      // The next attempt is another request, unless nobody knows what became of this one.
      if (!(error instanceof ApiError && error.unreachable)) key.current = uuidv7();
      refused(error);
    } finally {
      setBusy(false);
    }
  };

  if (conflict) {
    return (
      <Conflict form={form} fields={wanted} base={base} mine={inputs} current={conflict} mineTexts={texts} busy={busy}
        onBack={() => setConflict(null)}
        onSave={(next) => {
          const fresh = begin(conflict);
          const going: Editing = { ...fresh, inputs: next, texts: { ...fresh.texts, ...pick(texts, fields, inputs, next) } };
          setEditing(going);
          setConflict(null);
          void submit(going);
        }} />
    );
  }
  const row = (field: Field) => (
    <FieldRow key={field.name} entity={form.entity} field={field} value={inputs[field.name] ?? null} text={texts[field.name] ?? null} problem={problems[field.name] ?? null}
      disabled={record !== null && isForGood(form.entity, field.name)} onChange={(value, text) => change(field.name, value, text)} onCreate={guards ? (typed) => setCreating({ field, typed }) : undefined} />
  );
  const custom = wanted.filter((f) => f.name.startsWith('custom_fields.'));
  return (
    <>
      <form ref={element} className="form" noValidate data-testid="form" onSubmit={(event) => { event.preventDefault(); if (!busy) void submit(); }}>
        {general && <p className="form-problem" role="alert" data-testid="form-problem">{general}</p>}
        <div className="fields">{wanted.filter((f) => !f.name.startsWith('custom_fields.')).map(row)}</div>
        {custom.length > 0 && <fieldset className="fields-more"><legend>{t('data.additional')}</legend><div className="fields">{custom.map(row)}</div></fieldset>}
        <div className="form-foot">
          <button type="submit" className="button button-main" data-save data-testid="save" disabled={busy}>{record ? t('data.save') : t('data.create')}</button>
          <button type="button" className="button" onClick={onCancel}>{t('common.cancel')}</button>
          <span className="dim form-keys">Ctrl Enter</span>
        </div>
      </form>
      {creating?.field.reference && (
        <QuickCreate reference={creating.field.reference} typed={creating.typed} onClose={() => setCreating(null)}
          onCreated={(id, text) => { change(creating.field.name, id, text); setCreating(null); }} />
      )}
      {blocker.status === 'blocked' && (
        <Dialog title={t('form.unsavedTitle')} onClose={() => blocker.reset()} testId="unsaved">
          <p>{t('form.unsaved', { what: labels.one(form) })}</p>
          <div className="u-row">
            <button type="button" className="button button-main" onClick={() => blocker.reset()} data-testid="stay">{t('form.stay')}</button>
            <button type="button" className="button" onClick={() => blocker.proceed()} data-testid="leave">{t('form.leave')}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function isRecord(value: unknown): value is ResourceRecord {
  return typeof value === 'object' && value !== null && 'version' in value;
}

/** A new record of a plant begins in the plant one works in. */
function plantOf(fields: Field[], plantId: number | null | undefined): Record<string, string> {
  return plantId && fields.some((f) => f.name === 'plant_id') ? { plant_id: String(plantId) } : {};
}

/** Names of my look-ups that went into the merged form. */
function pick(texts: Record<string, string | null>, fields: Field[], mine: Inputs, next: Inputs): Record<string, string | null> {
  return Object.fromEntries(fields.filter((f) => f.kind === 'reference' && next[f.name] === mine[f.name]).map((f) => [f.name, texts[f.name] ?? null]));
}
