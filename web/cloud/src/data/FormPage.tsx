/** A page around the form: a new record, or a present one. */
import { toast, useTexts, type EntityForm, type ResourceRecord } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import './data.css';
import { Forbidden, Waiting } from './Forbidden';
import { useLabels, useWordOf } from './labels';
import { refusalOf } from './Refusable';
import { useForm, useRecord } from './reads';
import { ResourceForm } from './ResourceForm';
import { SecretOnce, secretOf, type Secret } from './Secret';
import { keyOf, titleOf } from './values';

export function NewPage({ path, prefill }: { path: string; prefill: Record<string, string> }) {
  const form = useForm(path);
  const word = useWordOf(path);
  if (form.data) return <New form={form.data} prefill={prefill} />;
  return form.isError ? <Forbidden page what={word} error={form.error} retry={() => void form.refetch()} /> : <Waiting what={word} />;
}

function New({ form, prefill }: { form: EntityForm; prefill: Record<string, string> }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const [made, setMade] = useState<{ record: ResourceRecord; secret: Secret } | null>(null);
  const path = form.path.slice(1);
  const refused = refusalOf(form.allowed, 'create', t('data.notAllowed'));
  const show = (record: ResourceRecord) => void navigate({ to: '/data/$path/$id', params: { path, id: keyOf(record) } });
  const saved = (record: ResourceRecord): void => {
    toast('good', t('data.created', { what: titleOf(record, form).title }));
    const secret = secretOf(record);
    if (secret) setMade({ record, secret });
    else show(record);
  };
  return (
    <section aria-labelledby="title">
      <header className="head">
        <p className="crumb"><Link to="/data/$path" params={{ path }}>{labels.plural(form)}</Link> /</p>
        <h1 id="title">{t('data.new', { what: labels.one(form) })}</h1>
      </header>
      {refused ? <p className="form-problem" role="alert">{refused}</p> : (
        <ResourceForm form={form} record={null} prefill={prefill} guards onSaved={saved} onCancel={() => void navigate({ to: '/data/$path', params: { path } })} />
      )}
      {made && <SecretOnce secret={made.secret} onClose={() => show(made.record)} />}
    </section>
  );
}

export function EditPage({ path, id }: { path: string; id: string }) {
  const form = useForm(path);
  const word = useWordOf(path);
  const record = useRecord(path, id);
  const failed = form.isError ? form : record.isError ? record : null;
  if (form.data && record.data) return <Edit key={String(record.data.id)} form={form.data} record={record.data} />;
  return failed ? <Forbidden page what={word} error={failed.error} retry={() => void failed.refetch()} /> : <Waiting what={word} />;
}

function Edit({ form, record }: { form: EntityForm; record: ResourceRecord }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const params = { path: form.path.slice(1), id: keyOf(record) };
  const { code, title } = titleOf(record, form);
  // The form keeps the version it began with; a fresher one in the background would hide a conflict.
  const [begun] = useState(record);
  const refused = refusalOf(record.allowed_actions, 'update', t('data.notNow'));
  const back = () => void navigate({ to: '/data/$path/$id', params });
  return (
    <section aria-labelledby="title">
      <header className="head">
        <p className="crumb"><Link to="/data/$path" params={{ path: params.path }}>{labels.plural(form)}</Link> / <Link to="/data/$path/$id" params={params}>{code ?? title}</Link> /</p>
        <h1 id="title">{t('data.editTitle', { what: title })}</h1>
      </header>
      {refused ? <p className="form-problem" role="alert">{refused}</p> : (
        <ResourceForm form={form} record={begun} guards onCancel={back} onSaved={(after) => { if (after.version !== begun.version) toast('good', t('data.saved', { what: titleOf(after, form).title })); back(); }} />
      )}
    </section>
  );
}
