/** One record: what it holds, what may be done to it, and who changed it when. */
import { clock, useTexts, type EntityForm, type Field, type ResourceRecord } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import './data.css';
import { GrantsInWords } from '../people/GrantsInWords';
import { usePlant } from '../services';
import { Cell, dateText } from './Cell';
import { Forbidden, Waiting } from './Forbidden';
import { History } from './History';
import { useLabels, useWordOf } from './labels';
import { RecordActions } from './RecordActions';
import { useForm, useRecord } from './reads';
import { keyOf, titleOf } from './values';
import { isWanted } from './special';

export type Tab = 'history';

/** Fields that hold permissions, shown in words. */
const GRANTS = ['grants', 'permissions'];

export function DetailPage({ path, id, tab }: { path: string; id: string; tab?: Tab }) {
  const form = useForm(path);
  const word = useWordOf(path);
  const record = useRecord(path, id);
  const failed = form.isError ? form : record.isError ? record : null;
  if (form.data && record.data) return <Described form={form.data} record={record.data} tab={tab} />;
  return failed ? <Forbidden page what={word} error={failed.error} retry={() => void failed.refetch()} /> : <Waiting what={word} />;
}

function Described({ form, record, tab }: { form: EntityForm; record: ResourceRecord; tab?: Tab }) {
  const { t, language } = useTexts();
  const labels = useLabels();
  const zone = usePlant()?.timezone;
  const { code, title } = titleOf(record, form);
  const params = { path: form.path.slice(1), id: keyOf(record) };
  const at = (moment: string) => `${dateText(moment, zone, language)} ${clock(moment, zone, language)}`;
  const lead = [form.code_field, form.title_field];
  const fields = form.fields.filter((f) => !lead.includes(f.name) && isWanted(form.entity, f.name, { field_type: String(record['field_type'] ?? '') }));
  return (
    <section aria-labelledby="title" data-testid="detail">
      <header className="head">
        <p className="crumb"><Link to="/data/$path" params={{ path: params.path }}>{labels.plural(form)}</Link> /</p>
        <h1 id="title">{code && <span className="code">{code}</span>} {title}</h1>
        {!record.is_active && <span className="wo wo-paused" data-testid="archived">{t('data.isArchived')}</span>}
        <div className="head-right"><RecordActions form={form} record={record} /></div>
      </header>
      <nav className="tabs" aria-label={t('data.tabs')}>
        <Link to="/data/$path/$id" params={params} search={{}} aria-current={tab ? undefined : 'page'} activeOptions={{ exact: true, includeSearch: true }}>{t('data.details')}</Link>
        <Link to="/data/$path/$id" params={params} search={{ tab: 'history' }} aria-current={tab === 'history' ? 'page' : undefined} data-testid="tab-history" activeOptions={{ exact: true, includeSearch: true }}>{t('audit.history')}</Link>
      </nav>
      {tab === 'history' ? <History form={form} id={keyOf(record)} /> : (
        <>
          <div className="panel"><Facts form={form} fields={fields} record={record} zone={zone} /></div>
          {form.custom_fields.length > 0 && <div className="panel"><h2>{t('data.additional')}</h2><Facts form={form} fields={form.custom_fields} record={record} zone={zone} /></div>}
          {record.created_at && <p className="dim made">{t('data.made', { created: at(record.created_at), updated: at(record.updated_at), version: record.version })}</p>}
        </>
      )}
    </section>
  );
}

function Facts({ form, fields, record, zone }: { form: EntityForm; fields: Field[]; record: ResourceRecord; zone?: string }) {
  const labels = useLabels();
  return (
    <dl className="facts">
      {fields.map((field) => (
        <div key={field.name} data-testid={`fact-${field.name}`} className={field.kind === 'long_text' || GRANTS.includes(field.name) ? 'fact-wide' : undefined}>
          <dt>{labels.field(form.entity, field)}</dt>
          <dd>{GRANTS.includes(field.name) ? <GrantsInWords grants={record[field.name]} /> : <Cell field={field} record={record} entity={form.entity} zone={zone} />}</dd>
        </div>
      ))}
    </dl>
  );
}
