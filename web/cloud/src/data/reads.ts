/**
 * The reads of the generic pages, one hook each. Lists keep what they show while the next answer is under way.
 */
import { get, type EntityForm, type Query, type ResourceRecord } from '@unison/ui-kit';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FIXED } from '../parts/pages';
import { queries } from '../services';
import { loadAudit, loadEntities, loadForm, loadList, loadRecord, searchAll, type Id } from './calls';

const DESCRIPTION_MS = 5 * 60_000;
const FIND_MAX = 20;
const IN_SESSION = ['/plants', '/users'];

export const entitiesQuery = { queryKey: ['entities'], queryFn: ({ signal }: { signal?: AbortSignal }) => loadEntities(signal), staleTime: DESCRIPTION_MS };

export const useEntities = () => useQuery(entitiesQuery);

/** Every kind of record that has a form: those that the server lists, and people, roles, tokens and the organisation. */
export function useKinds(): { entity: string; label: string; label_plural: string; path: string }[] {
  const listed = useEntities().data ?? [];
  const others = FIXED.filter((f) => !['import', 'audit_log'].includes(f.entity) && !listed.some((e) => e.entity === f.entity));
  return [...listed, ...others.map(({ entity, path }) => ({ entity, path, label: entity, label_plural: entity }))];
}

export const useForm = (path: string, enabled = true) => useQuery({ queryKey: ['form', path], queryFn: ({ signal }) => loadForm(path, signal), staleTime: DESCRIPTION_MS, enabled });

export const useList = (form: EntityForm | undefined, query: Query) =>
  useQuery({
    queryKey: ['list', form?.path, query],
    queryFn: ({ signal }) => loadList(form?.path ?? '', form?.plural ?? '', query, signal),
    enabled: form !== undefined,
    placeholderData: keepPreviousData,
  });

export const useRecord = (path: string, id: Id, enabled = true) => useQuery({ queryKey: ['record', path, String(id)], queryFn: ({ signal }) => loadRecord(path, id, signal), enabled });

/** A record that is the only one of its kind, such as the organisation itself. */
export const useSingle = (path: string) => useQuery({ queryKey: ['record', path, ''], queryFn: ({ signal }) => get<ResourceRecord>(path, undefined, signal) });

/** Records to choose from, by what was typed. */
export const useFind = (path: string, text: string, enabled: boolean) =>
  useQuery({
    queryKey: ['find', path, text],
    queryFn: ({ signal }) => loadList(path, path.slice(1).replaceAll('-', '_'), { search: text || undefined, per_page: FIND_MAX }, signal),
    enabled,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });

export const useAll = (path: string, enabled = true) =>
  useQuery({ queryKey: ['find', path, 'all'], queryFn: ({ signal }) => loadList(path, path.slice(1).replaceAll('-', '_'), { per_page: 100 }, signal), enabled, staleTime: 60_000 });

export const useSearch = (text: string) => useQuery({ queryKey: ['search', text], queryFn: ({ signal }) => searchAll(text, signal), enabled: text.length >= 2, placeholderData: keepPreviousData });

export const useAudit = (query: Query) => useQuery({ queryKey: ['audit', query], queryFn: ({ signal }) => loadAudit(query, signal), placeholderData: keepPreviousData });

/** Something changed: every list, look-up and history of it is asked again; the live pages too. */
export function refresh(path: string): void {
  for (const key of [['list', path], ['record', path], ['find', path], ['audit'], ['search'], [path.slice(1)]]) void queries.invalidateQueries({ queryKey: key });
  // The session holds the plants one reaches and one's own name and roles.
  if (IN_SESSION.includes(path)) void queries.invalidateQueries({ queryKey: ['me'] });
  if (path === '/custom-fields') void queries.invalidateQueries({ queryKey: ['form'] });
}

/** A value that follows its source only once it rests. */
export function useRested<T>(value: T, ms = 200): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
