/** The calls about one's own account and the organisation's settings; nothing else knows their addresses. */
import { call, get, post, type components, type OwnProfile, type ResourceRecord, type SessionRow, type Values } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { queries, sessionQuery } from '../services';

export const ORGANIZATION = '/organization';

/** Ends every session of the person and begins a new one here. */
export async function changePassword(current: string, next: string): Promise<void> {
  const body: components['schemas']['ChangePassword'] = { current_password: current, new_password: next };
  await post('/auth/password', body);
  await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
  void queries.invalidateQueries({ queryKey: ['sessions'] });
}

export async function changeProfile(changes: OwnProfile): Promise<void> {
  await call<unknown>('/me', { method: 'PUT', body: changes });
  await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

export const useSessions = () => useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => get<{ sessions: SessionRow[] }>('/me/sessions', undefined, signal) });

export async function endSession(id: string): Promise<void> {
  await call<unknown>(`/me/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  void queries.invalidateQueries({ queryKey: ['sessions'] });
}

export const saveOrganization = (version: number, body: Values) => call<ResourceRecord>(ORGANIZATION, { method: 'PUT', body: { ...body, version } });
