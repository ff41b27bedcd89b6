/** The settings of the organisation: one record, with the same form as any other. */
import { Skeletons, toast, useTexts, type EntityForm, type ResourceRecord } from '@unison/ui-kit';
import { useState } from 'react';
import '../data/data.css';
import { Forbidden } from '../data/Forbidden';
import { refusalOf } from '../data/Refusable';
import { useForm, useSingle } from '../data/reads';
import { editableFields, ResourceForm } from '../data/ResourceForm';
import { queries } from '../services';
import { ORGANIZATION, saveOrganization } from './account';

export function OrganizationPage() {
  const { t } = useTexts();
  const form = useForm(ORGANIZATION);
  const record = useSingle(ORGANIZATION);
  const [turn, setTurn] = useState(0);
  const failed = form.isError ? form : record.isError ? record : null;
  return (
    <section aria-labelledby="title">
      <header className="head"><h1 id="title">{t('org.title')}</h1></header>
      {form.data && record.data ? <Settings key={`${record.data.version}-${turn}`} form={form.data} record={record.data} onCancel={() => setTurn(turn + 1)} /> : failed ? <Forbidden what={t('org.title')} error={failed.error} retry={() => void failed.refetch()} /> : <Skeletons count={8} height={32} />}
    </section>
  );
}

function Settings({ form, record, onCancel }: { form: EntityForm; record: ResourceRecord; onCancel: () => void }) {
  const { t } = useTexts();
  const refused = refusalOf(record.allowed_actions, 'update', t('data.notAllowed')) ?? (editableFields(form).length === 0 ? t('data.notAllowed') : null);
  if (refused) return <p className="form-problem" role="status">{refused}</p>;
  return (
    <ResourceForm form={form} record={record} guards onCancel={onCancel} save={saveOrganization}
      onSaved={() => { toast('good', t('data.saved', { what: t('org.title') })); void queries.invalidateQueries({ queryKey: ['me'] }); }} />
  );
}
