/** What may be done to a record: edit, the entity's own actions, archive and restore, each with its reason when not. */
import { reasonOf, toast, useTexts, type EntityForm, type FormAction, type ResourceRecord, type Values } from '@unison/ui-kit';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionSheet } from './ActionSheet';
import { actOn, archiveRecord, restoreRecord } from './calls';
import { useLabels } from './labels';
import { Refusable, refusalOf } from './Refusable';
import { refresh } from './reads';
import { SecretOnce, secretOf, type Secret } from './Secret';
import { isActionHere } from './special';
import { keyOf, titleOf } from './values';

const COMMON = ['update', 'archive', 'restore'];

/** Actions of the form, and those that only the record names. */
export function actionsOf(form: EntityForm, record: ResourceRecord): FormAction[] {
  const named = (record.allowed_actions ?? []).map((a) => a.action).filter((a) => !COMMON.includes(a) && isActionHere(form.entity, a));
  const own = form.actions.filter((a) => !COMMON.includes(a.action) && (record.allowed_actions === undefined || named.includes(a.action)));
  const extra = named.filter((a) => !own.some((o) => o.action === a)).map((action) => ({ action, label: action.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()), fields: [] }));
  return [...own, ...extra];
}

/** Archives with a way back. Works from the list and from the record. */
export function useArchive(form: EntityForm): (record: ResourceRecord) => Promise<void> {
  const { t } = useTexts();
  const failed = (error: unknown): void => toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
  return async (record) => {
    const what = titleOf(record, form).title;
    try {
      await archiveRecord(form.path, keyOf(record));
      refresh(form.path);
      const back = (): void => {
        restoreRecord(form.path, keyOf(record)).then(() => toast('good', t('data.restored', { what })), failed).finally(() => refresh(form.path));
      };
      toast('good', t('data.archived', { what }), { label: t('toast.undo'), run: back });
    } catch (error) {
      failed(error);
    }
  };
}

export function RecordActions({ form, record }: { form: EntityForm; record: ResourceRecord }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const archive = useArchive(form);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<FormAction | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const reason = (action: string) => refusalOf(record.allowed_actions, action, t('data.notNow'));
  const offered = (action: string) => record.allowed_actions === undefined || record.allowed_actions.some((a) => a.action === action);
  const label = (action: FormAction) => labels.action(form.entity, action.action, action.label);

  /** Runs an action; the error goes to the caller, because a sheet shows it at its fields. */
  const run = async (action: FormAction, body: Values): Promise<void> => {
    setBusy(true);
    try {
      const answer = await actOn(form.path, keyOf(record), action.action, body);
      setAsked(null);
      setSecret(secretOf(answer));
      toast('good', t('data.did', { what: label(action), title: titleOf(record, form).title }));
    } finally {
      setBusy(false);
      refresh(form.path);
    }
  };
  const once = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
      refresh(form.path);
    }
  };
  const params = { path: form.path.slice(1), id: keyOf(record) };
  return (
    <div className="u-row record-actions">
      {actionsOf(form, record).map((action) => (
        <Refusable key={action.action} reason={reason(action.action)} busy={busy} testId={`act-${action.action}`}
          onPress={() => (action.fields.length > 0 ? setAsked(action) : void once(() => run(action, {})))}>{label(action)}</Refusable>
      ))}
      {record.is_active
        ? offered('archive') && <Refusable reason={reason('archive')} busy={busy} testId="archive" onPress={() => void once(() => archive(record))}>{t('data.archive')}</Refusable>
        : offered('restore') && <Refusable reason={reason('restore')} busy={busy} testId="restore" onPress={() => void once(() => restoreRecord(form.path, keyOf(record)))}>{t('data.restore')}</Refusable>}
      {offered('update') && <Refusable className="button button-main" reason={reason('update')} edit testId="edit" onPress={() => void navigate({ to: '/data/$path/$id/edit', params })}>{t('data.edit')}</Refusable>}
      {asked && <ActionSheet form={form} action={asked} title={label(asked)} record={record} onClose={() => setAsked(null)} onRun={(body) => run(asked, body)} />}
      {secret && <SecretOnce secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}
