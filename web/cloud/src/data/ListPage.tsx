/**
 * The list of any entity. What is shown is in the address; what is chosen is in the page.
 */
import { ApiError, Empty, reasonOf, Skeletons, toast, useTexts, type EntityForm } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import './data.css';
import { LiveOrTable, LIVE_PAGES } from '../parts/LiveOrTable';
import { organizationHeaders } from '../org';
import { useClosingMenu } from '../parts/UserMenu';
import { useSession } from '../services';
import { changed, cleared, columnsOf, COLUMNS, filterCount, filtersOf, isNarrowed, queryOf, toggleColumn, type ListSearch } from './address';
import { BulkBar } from './BulkBar';
import { exportCsv } from './calls';
import { Filters, RestingSearch } from './Filters';
import { Forbidden, Waiting } from './Forbidden';
import { useLabels, useWordOf } from './labels';
import { Paging } from './Paging';
import { Refusable, refusalOf } from './Refusable';
import { useForm, useList } from './reads';
import { Rows } from './Rows';

const PHONE_PX = 700;

export function ListPage({ path, search }: { path: string; search: ListSearch }) {
  const form = useForm(path);
  const word = useWordOf(path);
  if (form.data) return <Described key={path} form={form.data} search={search} />;
  if (form.isError) return <Forbidden page what={word} error={form.error} retry={() => void form.refetch()} />;
  return <Waiting what={word} />;
}

function Described({ form, search }: { form: EntityForm; search: ListSearch }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const list = useList(form, queryOf(search, form));
  const [chosen, setChosen] = useState<ReadonlyMap<string, true>>(new Map());
  const count = filterCount(search, form);
  // On a phone the open filters would push the rows away; their count stands on the button.
  const [open, setOpen] = useState(() => count > 0 && window.innerWidth > PHONE_PX);
  const columns = useMemo(() => columnsOf(search, form), [search, form]);
  const path = form.path.slice(1);
  const go = (next: ListSearch, replace = false): void => void navigate({ to: '/data/$path', params: { path }, search: next, replace });
  const change = (next: Record<string, string | undefined>, replace = false) => go(changed(search, next), replace);
  const records = list.data?.records ?? [];
  const why = (action: string) => refusalOf(form.allowed, action, t('data.notAllowed'));
  const live = LIVE_PAGES.find((p) => p === form.path);
  const clear = (): void => go(cleared(search));
  const lastPage = list.data ? Math.max(1, Math.ceil(list.data.total / list.data.per_page)) : 1;
  useEffect(() => {
    // An old link, or the last row of the last page was archived.
    if (list.data && !list.isPlaceholderData && list.data.records.length === 0 && list.data.page > lastPage) change({ page: String(lastPage) }, true);
  });
  return (
    <section aria-labelledby="title" className="list" data-testid="list">
      <header className="head">
        <h1 id="title">{labels.plural(form)}</h1>
        {live && <LiveOrTable live={live} />}
        {form.search_fields.length > 0 && <RestingSearch value={search['search'] ?? ''} label={t('data.searchIn', { what: labels.many(form) })} onChange={(text) => change({ search: text || undefined }, true)} />}
        <button type="button" className="button" aria-expanded={open} aria-controls="filters" data-testid="filters-toggle" onClick={() => setOpen(!open)}>{t('data.filters')}{count > 0 && <b className="count">{count}</b>}</button>
        <Columns form={form} search={search} onChange={(name) => change({ [COLUMNS]: toggleColumn(search, form, name), page: search['page'] })} />
        <div className="head-right">
          {form.allowed.some((a) => a.action === 'export') && <Export form={form} search={search} reason={why('export')} />}
          {form.allowed.some((a) => a.action === 'import') && <Refusable reason={why('import')} testId="import" onPress={() => void navigate({ to: '/data/$path/import', params: { path } })}>{t('data.import')}</Refusable>}
          {form.allowed.some((a) => a.action === 'create') && <Refusable className="button button-main head-new" reason={why('create')} create testId="new" onPress={() => void navigate({ to: '/data/$path/new', params: { path } })}>{t('data.new', { what: labels.one(form) })}</Refusable>}
        </div>
      </header>
      {open && <Filters form={form} search={search} onChange={change} onClear={count > 0 ? clear : undefined} />}
      {list.isError && list.data === undefined ? (
        <Forbidden what={labels.plural(form)} error={list.error} retry={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <Skeletons count={10} height={32} />
      ) : (
        <>
          {list.isError && <p className="u-strip" role="status">{t('data.stale', { reason: reasonOf(list.error) === 'unreachable' ? t('error.unreachable') : reasonOf(list.error) })} <button type="button" onClick={() => void list.refetch()}>{t('common.retry')}</button></p>}
          {records.length === 0 ? (
            <Nothing form={form} search={search} onClear={clear} />
          ) : (
            <>
              <Rows form={form} columns={columns} records={records} sort={search['sort'] ?? form.default_sort} busy={list.isFetching && list.isPlaceholderData} chosen={chosen} onChoose={setChosen} onSort={(sort) => change({ sort })} />
              <Paging list={list.data} search={search} onChange={change} />
            </>
          )}
        </>
      )}
      {chosen.size > 0 && <BulkBar form={form} ids={[...chosen.keys()]} records={records} onDone={() => setChosen(new Map())} />}
    </section>
  );
}

/** No rows: because nothing is there yet, or because the filter hides it. */
function Nothing({ form, search, onClear }: { form: EntityForm; search: ListSearch; onClear: () => void }) {
  const { t } = useTexts();
  const labels = useLabels();
  const path = form.path.slice(1);
  const plants = useSession()?.plants.length ?? 0;
  if (isNarrowed(search, form)) return <Empty title={t('filter.empty')} hint={t('data.narrowed')} action={<button type="button" className="button" onClick={onClear} data-testid="clear-filters">{t('filter.clear')}</button>} />;
  const may = (action: string) => form.allowed.some((a) => a.action === action && a.allowed);
  const action = (
    <div className="u-row">
      {may('create') && <Link className="button button-main" to="/data/$path/new" params={{ path }} data-testid="empty-new">{t('data.new', { what: labels.one(form) })}</Link>}
      {may('import') && <Link className="button" to="/data/$path/import" params={{ path }}>{t('data.import')}</Link>}
      <Link className="button" to="/data/$path" params={{ path }} search={{ is_active: 'false' }}>{t('data.showArchived')}</Link>
    </div>
  );
  // What belongs to a plant cannot begin before there is one.
  if (form.scope === 'plant' && form.path !== '/plants' && plants === 0) return <Empty title={t('data.empty', { what: labels.many(form) })} hint={t('data.emptyNoPlant')} action={<Link className="button button-main" to="/data/$path/new" params={{ path: 'plants' }}>{t('data.newPlant')}</Link>} />;
  const other = t(!may('import') ? 'data.emptyFirst' : form.scope !== 'plant' ? 'data.emptyHint' : plants > 1 ? 'data.emptyPlant' : 'data.emptyHint');
  return <Empty title={t('data.empty', { what: labels.many(form) })} hint={may('create') ? other : t('data.emptyReadOnly')} action={action} />;
}

function Columns({ form, search, onChange }: { form: EntityForm; search: ListSearch; onChange: (name: string) => void }) {
  const { t } = useTexts();
  const labels = useLabels();
  const menu = useClosingMenu();
  const shown = columnsOf(search, form);
  const lead = [form.code_field, form.title_field];
  const all = [...form.fields, ...form.custom_fields].filter((f) => f.kind !== 'object');
  return (
    <details className="menu" ref={menu}>
      <summary className="button" data-testid="columns">{t('data.columns')}</summary>
      <div className="menu-body menu-columns" role="group" aria-label={t('data.columns')}>
        {all.map((f) => (
          <label key={f.name}><span>{labels.field(form.entity, f)}</span><input type="checkbox" className="check" checked={shown.includes(f)} disabled={lead.includes(f.name)} data-testid={`column-${f.name}`} onChange={() => onChange(f.name)} /></label>
        ))}
      </div>
    </details>
  );
}

function Export({ form, search, reason }: { form: EntityForm; search: ListSearch; reason: string | null }) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      const blob = await exportCsv(form.path, filtersOf(search, form), organizationHeaders());
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = `${form.path.slice(1)}-${new Date().toISOString().slice(0, 10)}.csv`;
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      toast('bad', error instanceof ApiError ? reasonOf(error) : t('data.exportFailed'));
    } finally {
      setBusy(false);
    }
  };
  return <Refusable reason={reason} busy={busy} testId="export" onPress={() => void run()}>{t('data.export')}</Refusable>;
}

