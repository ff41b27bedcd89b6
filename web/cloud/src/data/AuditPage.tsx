/** The audit log of the organisation, with filters in the address. */
import { useTexts, type Query } from '@unison/ui-kit';
import { useNavigate } from '@tanstack/react-router';
import { useId } from 'react';
import './data.css';
import { usePlant } from '../services';
import { AuditRows } from './History';
import { useLabels } from './labels';
import { ReferenceInput } from './ReferenceInput';
import { useKinds } from './reads';
import { fromLocal } from '@unison/ui-kit';

export type AuditSearch = Partial<Record<'entity' | 'entity_id' | 'user_id' | 'action' | 'from' | 'to' | 'page', string>>;

const ACTIONS = ['create', 'update', 'archive', 'restore', 'import', 'login', 'logout'];

export function AuditPage({ search }: { search: AuditSearch }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const entities = useKinds();
  const zone = usePlant()?.timezone;
  const id = useId();
  const set = (change: AuditSearch) => void navigate({ to: '/audit-log', search: Object.fromEntries(Object.entries({ ...search, page: undefined, ...change }).filter(([, v]) => v)), replace: true });
  // Days of the address become moments of the plant; the last day counts whole.
  const query: Query = { ...search, from: search.from ? fromLocal(`${search.from}T00:00`, zone) : undefined, to: search.to ? fromLocal(`${search.to}T23:59`, zone)?.replace(':00Z', ':59Z') : undefined };
  return (
    <section aria-labelledby="title">
      <header className="head"><h1 id="title">{t('audit.title')}</h1></header>
      <div className="filters" role="group" aria-label={t('data.filters')}>
        <div className="filter-one"><label htmlFor={`${id}-e`}>{t('audit.entity')}</label>
          <select id={`${id}-e`} className="input" data-filter value={search.entity ?? ''} data-testid="audit-entity" onChange={(e) => set({ entity: e.target.value, entity_id: undefined })}>
            <option value="">{t('data.any')}</option>
            {entities.map((e) => <option key={e.entity} value={e.entity}>{labels.plural(e)}</option>)}
          </select>
        </div>
        <div className="filter-one"><label htmlFor={`${id}-u`}>{t('audit.actor')}</label>
          <ReferenceInput id={`${id}-u`} reference={{ entity: 'user', path: '/users', title_field: 'name', code_field: null }} value={search.user_id ?? ''} text={null} onChoose={(user) => set({ user_id: user })} />
        </div>
        <div className="filter-one"><label htmlFor={`${id}-a`}>{t('audit.action')}</label>
          <select id={`${id}-a`} className="input" value={search.action ?? ''} onChange={(e) => set({ action: e.target.value })}>
            <option value="">{t('data.any')}</option>
            {ACTIONS.map((a) => <option key={a} value={a}>{labels.action('', a, t(`audit.did.${a}`))}</option>)}
          </select>
        </div>
        <div className="filter-one filter-range" role="group" aria-label={t('audit.at')}><span>{t('audit.at')}</span>
          <div><input className="input" type="date" aria-label={t('data.from')} value={search.from ?? ''} onChange={(e) => set({ from: e.target.value })} /><i aria-hidden>–</i><input className="input" type="date" aria-label={t('data.to')} value={search.to ?? ''} onChange={(e) => set({ to: e.target.value })} /></div>
        </div>
      </div>
      <AuditRows query={query} onPage={(page) => set({ page: page > 1 ? String(page) : undefined })} />
    </section>
  );
}
