/**
 * Every call of the resource contract, and nothing else knows an address of it. A server that deviates is met here.
 */
import {
  call, get, post, uuidv7, withQuery,
  type AuditPage, type BulkResult, type EntityEntry, type EntityForm, type ImportAnswer, type ImportRequest, type Query, type ResourcePage, type ResourceRecord,
  type SearchHit, type UndoAnswer, type Values,
} from '@unison/ui-kit';

export type Id = number | string;

const IMPORT_TIMEOUT_MS = 120_000;

const at = (path: string, id: Id) => `${path}/${encodeURIComponent(String(id))}`;

export const loadEntities = async (signal?: AbortSignal): Promise<EntityEntry[]> => (await get<{ entities: EntityEntry[] } | EntityEntry[]>('/entities', undefined, signal).then((a) => (Array.isArray(a) ? a : a.entities)));

export const loadForm = (path: string, signal?: AbortSignal) => get<EntityForm>(`${path}/form`, undefined, signal);

/** The list's records stand under the entity's plural. */
export async function loadList(path: string, plural: string, query: Query, signal?: AbortSignal): Promise<ResourcePage> {
  const answer = await get<Record<string, unknown>>(path, query, signal);
  const records = (answer[plural] ?? Object.values(answer).find(Array.isArray) ?? []) as ResourceRecord[];
  return { records, total: Number(answer['total'] ?? records.length), page: Number(answer['page'] ?? 1), per_page: Number(answer['per_page'] ?? records.length) };
}

export const loadRecord = (path: string, id: Id, signal?: AbortSignal) => get<ResourceRecord>(at(path, id), undefined, signal);

/** The key makes a repeated press of the button one record. */
export const createRecord = (path: string, body: Values, key: string) => post<ResourceRecord>(path, body, key);

export const changeRecord = (path: string, id: Id, version: number, body: Values) => call<ResourceRecord>(at(path, id), { method: 'PATCH', body: { ...body, version }, idempotencyKey: uuidv7() });

export const archiveRecord = (path: string, id: Id) => call<unknown>(at(path, id), { method: 'DELETE', idempotencyKey: uuidv7() });

export const restoreRecord = (path: string, id: Id) => post<unknown>(`${at(path, id)}/restore`, {}, uuidv7());

export const actOn = (path: string, id: Id, verb: string, body: Values) => post<Record<string, unknown> | undefined>(`${at(path, id)}/${verb}`, body, uuidv7());

export const bulk = (path: string, ids: Id[], action: string, changes: Values = {}) => call<BulkResult>(`${path}/bulk`, { method: 'POST', body: { ids, action, changes }, idempotencyKey: uuidv7(), timeoutMs: IMPORT_TIMEOUT_MS });

export const importFile = (path: string, request: ImportRequest) =>
  call<ImportAnswer>(`${path}/import`, { method: 'POST', body: request, idempotencyKey: request.commit ? uuidv7() : undefined, timeoutMs: IMPORT_TIMEOUT_MS });

export const undoImport = (id: Id) => call<UndoAnswer>(`/imports/${encodeURIComponent(String(id))}/undo`, { method: 'POST', body: {}, idempotencyKey: uuidv7(), timeoutMs: IMPORT_TIMEOUT_MS });

export const searchAll = async (text: string, signal?: AbortSignal) => (await get<{ results: SearchHit[] }>('/search', { q: text }, signal)).results;

export const loadAudit = (query: Query, signal?: AbortSignal) => get<AuditPage>('/audit-log', query, signal);

/** A file as a record holds it. */
export interface HeldFile {
  id: string;
  name: string;
  media_type: string;
  size: number;
}

/** Sends a file for a custom field; the record that is saved with its id holds it. */
export async function uploadFile(entity: string, field: string, file: File): Promise<HeldFile> {
  const content = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
  return call<HeldFile>('/files', { method: 'POST', body: { entity, field, name: file.name, content }, timeoutMs: IMPORT_TIMEOUT_MS });
}

export async function downloadFile(id: string, headers: Record<string, string>): Promise<Blob> {
  const answer = await fetch(`/api/v1/files/${encodeURIComponent(id)}`, { headers, credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.blob();
}

/** A download goes through fetch, because a link could not carry the organisation's header. */
export async function exportCsv(path: string, query: Query, headers: Record<string, string>): Promise<Blob> {
  const answer = await fetch(`/api/v1${withQuery(`${path}/export`, { format: 'csv', ...query })}`, { headers, credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.blob();
}
