/** What may be done to the chosen rows. The answer says what became of each; what can be undone offers it. */
import { reasonOf, toast, useTexts, type BulkResult, type EntityForm, type Field, type FormAction, type ResourceRecord, type Toast, type Values } from '@unison/ui-kit';
import { useState } from 'react';
import { Dialog } from '../parts/Dialog';
import { usePlant } from '../services';
import { ActionSheet } from './ActionSheet';
import { bulk, type Id } from './calls';
import { FieldRow } from './FieldInput';
import { useLabels } from './labels';
import { Refusable, refusalOf } from './Refusable';
import { refresh } from './reads';
import { editableFields } from './ResourceForm';
import { bodyOf, keyOf, titleOf, toInput, valueOf, type Input } from './values';

const AT_ONCE = 500;

interface Props {
  form: EntityForm;
  ids: string[];
  /** The rows on screen, for names and for what to put back. */
  records: ResourceRecord[];
  onDone: () => void;
}

export function BulkBar({ form, ids, records, onDone }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<FormAction | 'update' | null>(null);
  const [result, setResult] = useState<{ answer: BulkResult; what: string; undo: Toast['action'] } | null>(null);
  const reason = refusalOf(form.allowed, 'bulk', t('data.notAllowed')) ?? (ids.length > AT_ONCE ? t('bulk.tooMany', { count: AT_ONCE }) : null);
  const known = records.filter((r) => ids.includes(keyOf(r)));
  const plainIds = ids.map((id) => (/^\d+$/.test(id) ? Number(id) : id));

  const run = async (action: string, what: string, changes: Values, undo: ((done: Id[]) => Promise<unknown>) | null): Promise<void> => {
    setBusy(true);
    try {
      const answer = await bulk(form.path, plainIds, action, changes);
      const done = answer.results.filter((r) => r.ok).map((r) => r.id);
      refresh(form.path);
      setAsked(null);
      const back = undo && done.length > 0
        ? { label: t('toast.undo'), run: () => void undo(done).then(() => toast('good', t('bulk.undone')), (e: unknown) => toast('bad', reasonOf(e))).finally(() => refresh(form.path)) }
        : undefined;
      // With refusals the sheet says everything, and offers the way back itself.
      if (answer.results.some((r) => !r.ok)) {
        setResult({ answer, what, undo: back });
        return;
      }
      onDone();
      toast('good', t('bulk.done', { what, count: done.length }), back);
    } catch (error) {
      if (asked) throw error;
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  const change = (field: Field, body: Values): Promise<void> =>
    run('update', labels.field(form.entity, field), body, known.length === ids.length ? (done) => putBack(form, field, known.filter((r) => done.map(String).includes(keyOf(r)))) : null);
  return (
    <div className="bulk" role="region" aria-label={t('bulk.label')} data-testid="bulk">
      <b role="status">{t('bulk.chosen', { count: ids.length })}</b>
      <Refusable reason={reason} busy={busy} testId="bulk-update" onPress={() => setAsked('update')}>{t('bulk.change')}</Refusable>
      {known.some((r) => r.is_active) || known.length < ids.length ? <Refusable reason={reason} busy={busy} testId="bulk-archive" onPress={() => void run('archive', t('data.archive'), {}, (done) => bulk(form.path, done, 'restore'))}>{t('data.archive')}</Refusable> : null}
      {known.some((r) => !r.is_active) && <Refusable reason={reason} busy={busy} testId="bulk-restore" onPress={() => void run('restore', t('data.restore'), {}, (done) => bulk(form.path, done, 'archive'))}>{t('data.restore')}</Refusable>}
      {form.actions.map((a) => {
        const label = labels.action(form.entity, a.action, a.label);
        return <Refusable key={a.action} reason={reason} busy={busy} testId={`bulk-${a.action}`} onPress={() => (a.fields.length > 0 ? setAsked(a) : void run(a.action, label, {}, null))}>{label}</Refusable>;
      })}
      <button type="button" className="button" onClick={onDone} data-testid="bulk-clear">{t('bulk.clear')}</button>
      {asked === 'update' && <ChangeField form={form} busy={busy} count={ids.length} onClose={() => setAsked(null)} onRun={change} />}
      {asked !== null && asked !== 'update' && <ActionSheet form={form} action={asked} title={labels.action(form.entity, asked.action, asked.label)} record={null} onClose={() => setAsked(null)} onRun={(body) => run(asked.action, labels.action(form.entity, asked.action, asked.label), body, null)} />}
      {result && <Result form={form} records={records} {...result} onClose={() => { setResult(null); onDone(); }} />}
    </div>
  );
}

/** Puts old values back, one call per value. */
async function putBack(form: EntityForm, field: Field, records: ResourceRecord[]): Promise<void> {
  const groups = new Map<string, { value: unknown; ids: Id[] }>();
  for (const record of records) {
    const value = valueOf(record, field.name) ?? null;
    const key = JSON.stringify(value);
    const group = groups.get(key) ?? { value, ids: [] };
    group.ids.push(record.id ?? keyOf(record));
    groups.set(key, group);
  }
  const name = field.name;
  for (const { value, ids } of groups.values()) await bulk(form.path, ids, 'update', name.startsWith('custom_fields.') ? { custom_fields: { [name.slice(14)]: value } } : { [name]: value });
}

function ChangeField({ form, busy, count, onClose, onRun }: { form: EntityForm; busy: boolean; count: number; onClose: () => void; onRun: (field: Field, body: Values) => Promise<void> }) {
  const { t, language } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const fields = editableFields(form).filter((f) => f.name !== form.code_field);
  const [name, setName] = useState('');
  const [value, setValue] = useState<Input>('');
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = fields.find((f) => f.name === name);
  const submit = async (): Promise<void> => {
    if (!field) return;
    const { body, problems } = bodyOf([field], { [name]: value }, { [name]: '\u0000' }, language, zone, (p) => t(`form.${p}`));
    setProblem(problems[0]?.message ?? null);
    if (problems.length > 0) return;
    try {
      await onRun(field, body);
    } catch (error) {
      setProblem(reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    }
  };
  return (
    <Dialog sheet title={t('bulk.changeTitle', { count })} onClose={onClose} testId="bulk-sheet">
      <form className="form form-narrow" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <div className="fields">
          <div className="field">
            <div className="field-label"><label htmlFor="bulk-field">{t('bulk.field')}</label></div>
            <select id="bulk-field" className="input" value={name} data-testid="bulk-field" onChange={(e) => { const next = fields.find((f) => f.name === e.target.value); setName(e.target.value); setValue(next ? toInput(next, null, language, zone) : ''); setText(null); setProblem(null); }}>
              <option value="">{t('data.choose')}</option>
              {fields.map((f) => <option key={f.name} value={f.name}>{labels.field(form.entity, f)}</option>)}
            </select>
          </div>
          {field && <FieldRow key={name} entity={form.entity} field={field} value={value} text={text} problem={problem} onChange={(next, label) => { setValue(next); if (label !== undefined) setText(label); }} />}
        </div>
        <div className="form-foot">
          <button type="submit" className="button button-main" data-save disabled={busy || !field} data-testid="bulk-apply">{t('bulk.apply', { count })}</button>
          <button type="button" className="button" onClick={onClose}>{t('common.cancel')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function Result({ form, records, answer, what, undo, onClose }: { form: EntityForm; records: ResourceRecord[]; answer: BulkResult; what: string; undo: Toast['action']; onClose: () => void }) {
  const { t } = useTexts();
  const refused = answer.results.filter((r) => !r.ok);
  const name = (id: Id): string => {
    const record = records.find((r) => keyOf(r) === String(id));
    return record ? Object.values(titleOf(record, form)).filter(Boolean).join(' ') : String(id);
  };
  return (
    <Dialog sheet title={t('bulk.result', { what })} onClose={onClose} testId="bulk-result">
      <p>{t('bulk.resultCount', { done: answer.results.length - refused.length, refused: refused.length })}</p>
      <ul className="results">{refused.map((r) => <li key={r.id}><b>{name(r.id)}</b><span>{r.error ?? ''}</span></li>)}</ul>
      <div className="form-foot">
        <button type="button" className="button button-main" onClick={onClose}>{t('common.close')}</button>
        {undo && <button type="button" className="button" data-testid="bulk-undo" onClick={() => { undo.run(); onClose(); }}>{t('bulk.undo')}</button>}
      </div>
    </Dialog>
  );
}
