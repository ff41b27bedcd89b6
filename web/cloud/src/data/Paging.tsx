/** Which rows are shown of how many, and the way to the others. */
import { units, useTexts, type ResourcePage } from '@unison/ui-kit';
import { PER_PAGE, perPage, type ListSearch } from './address';

interface Props {
  list: Pick<ResourcePage, 'total' | 'page' | 'per_page'>;
  search: ListSearch;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function Paging({ list, search, onChange }: Props) {
  const { t, language } = useTexts();
  const from = (list.page - 1) * list.per_page + 1;
  const to = Math.min(list.total, list.page * list.per_page);
  const last = Math.max(1, Math.ceil(list.total / list.per_page));
  return (
    <nav className="paging" aria-label={t('data.pages')}>
      <span role="status" data-testid="paging">{t('data.range', { from: units(from, language), to: units(to, language), total: units(list.total, language) })}</span>
      <button type="button" className="button" disabled={list.page <= 1} data-testid="previous" onClick={() => onChange({ page: list.page > 2 ? String(list.page - 1) : undefined })}>{t('data.previous')}</button>
      <button type="button" className="button" disabled={list.page >= last} data-testid="next" onClick={() => onChange({ page: String(list.page + 1) })}>{t('data.next')}</button>
      <label className="dim">{t('data.perPage')} <select value={perPage(search)} onChange={(e) => onChange({ per_page: e.target.value })}>{PER_PAGE.map((n) => <option key={n} value={n}>{n}</option>)}</select></label>
    </nav>
  );
}
