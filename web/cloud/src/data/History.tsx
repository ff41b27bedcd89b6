/** Who changed what, before and after: of one record, or of everything with filters. */
import { clock, Empty, NONE, Skeletons, useTexts, type AuditEntry, type EntityForm, type Field, type Query, type Reference } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePlant } from '../services';
import { dateText, useTextOf } from './Cell';
import type { Id } from './calls';
import { Forbidden } from './Forbidden';
import { useLabels } from './labels';
import { Paging } from './Paging';
import { useAudit, useForm, useKinds } from './reads';
import { useReferenceText } from './ReferenceInput';

export function History({ form, id }: { form: EntityForm; id: Id }) {
  const [page, setPage] = useState(1);
  return <AuditRows query={{ entity: form.entity, entity_id: id, page }} form={form} onPage={setPage} />;
}

export function AuditRows({ query, form, onPage }: { query: Query; form?: EntityForm; onPage: (page: number) => void }) {
  const { t } = useTexts();
  const audit = useAudit(query);
  if (audit.isError && !audit.data) return <Forbidden what={t('audit.title')} error={audit.error} retry={() => void audit.refetch()} />;
  if (!audit.data) return <Skeletons count={6} height={32} />;
  if (audit.data.audit_log.length === 0) return <Empty title={t('audit.empty')} hint={t('audit.emptyHint')} />;
  return (
    <>
      <table className="table audit" data-testid="audit">
        <thead><tr><th>{t('audit.at')}</th><th>{t('audit.actor')}</th>{!form && <th>{t('audit.what')}</th>}<th>{t('audit.action')}</th><th>{t('audit.changes')}</th></tr></thead>
        <tbody>{audit.data.audit_log.map((entry) => <Row key={entry.pos} entry={entry} form={form} />)}</tbody>
      </table>
      <Paging list={audit.data} search={{}} onChange={(change) => onPage(Number(change['page'] ?? 1))} />
    </>
  );
}

/** What every change changes, and what is derived: no news for anybody. */
const NO_NEWS = ['id', 'version', 'created_at', 'updated_at', 'allowed_actions'];

const MOMENT = /^\d{4}-\d\d-\d\dT.*Z$/;

/** A field that the form does not describe, by its name and the look of its value. */
const unknownField = (name: string, value?: unknown): Field => ({ name, label: name.replace(/^(custom_fields\.|is_)/, '').replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase()), kind: typeof value === 'string' && MOMENT.test(value) ? 'timestamp' : 'text', required: false, read_only: true, in_list: false, filter: false, sort: false });

/** "user 7 ada@acme.example" is for machines; people know the address. */
const actorText = (actor: string): string => actor.replace(/^user \d+ (?=.)/, '');

/** What a look-up pointed to, by its name of today. */
function Named({ reference, id }: { reference: Reference; id: string }) {
  return <>{useReferenceText(reference, id, null) ?? id}</>;
}

function Row({ entry, form: known }: { entry: AuditEntry; form?: EntityForm }) {
  const { t, has, language } = useTexts();
  const labels = useLabels();
  const entity = useKinds().find((e) => e.entity === entry.entity);
  const described = useForm(entity?.path ?? '', known === undefined && entity !== undefined);
  const form = known ?? described.data;
  const zone = usePlant()?.timezone;
  const words = useTextOf(entry.entity, zone);
  const did = (action: string) => labels.action(entry.entity, action, has(`audit.did.${action}`) ? t(`audit.did.${action}`) : action.replaceAll(/[_-]/g, ' ').replace(/^./, (c) => c.toUpperCase()));
  const value = (field: Field, v: unknown) => (field.kind === 'reference' && field.reference && (typeof v === 'number' || typeof v === 'string') ? <Named reference={field.reference} id={String(v)} /> : words(field, v));
  return (
    <tr data-row tabIndex={-1}>
      <td data-label={t('audit.at')} className="nowrap">{dateText(entry.at, zone, language)} {clock(entry.at, zone, language)}</td>
      <td data-label={t('audit.actor')} className="audit-who">{actorText(entry.actor)}</td>
      {!known && <td data-label={t('audit.what')} className="nowrap">{entity && entity.entity !== 'organization' ? <Link to="/data/$path/$id" params={{ path: entity.path.slice(1), id: entry.entity_id }}>{labels.entity(entity)} {entry.entity_id}</Link> : `${unknownField(entry.entity).label} ${entry.entity_id}`}</td>}
      <td data-label={t('audit.action')} className="nowrap">{did(entry.action)}</td>
      <td data-label={t('audit.changes')} className="audit-changes">
        <dl>
          {entry.changes.filter((c) => !NO_NEWS.includes(c.field)).map((change) => {
            const field = form ? [...form.fields, ...form.custom_fields].find((f) => f.name === change.field) ?? unknownField(change.field, change.after ?? change.before) : unknownField(change.field, change.after ?? change.before);
            return (
              <div key={change.field}>
                <dt>{labels.field(entry.entity, field)}</dt>
                <dd>{change.before !== null && change.before !== undefined && <><del>{value(field, change.before)}</del> <span aria-hidden>→</span> </>}<ins>{change.after === null || change.after === undefined ? NONE : value(field, change.after)}</ins></dd>
              </div>
            );
          })}
        </dl>
      </td>
    </tr>
  );
}
