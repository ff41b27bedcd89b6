/**
 * What lives once per tab: server state, the live stream, the session.
 */
import { ApiError, createQueries, get, LiveStream, type CloudSession, type Machine } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { eventsUrl } from './org';

export const queries = createQueries();
export const stream = new LiveStream(eventsUrl);

export interface MachineList {
  machines: Machine[];
  total?: number;
}

/** 401 is an answer: nobody is signed in. So is 404: the address names no organisation, the log-in form asks for it. */
export async function loadSession(): Promise<CloudSession | null> {
  try {
    return await get<CloudSession>('/me');
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 404)) return null;
    throw error;
  }
}

export const sessionQuery = { queryKey: ['me'], queryFn: loadSession, staleTime: 60_000 };

export function useSession(): CloudSession | null {
  return useQuery(sessionQuery).data ?? null;
}

/** The zone times are shown in: the chosen plant's, else the only plant's. */
export function usePlant(id: number | undefined) {
  const plants = useSession()?.plants ?? [];
  return plants.find((p) => p.id === id) ?? plants[0];
}

function merge(changed: Machine[], whole: boolean): void {
  void queries.cancelQueries({ queryKey: ['machines'] });
  queries.setQueryData<MachineList>(['machines'], (old) => {
    if (whole || !old) return { machines: changed };
    const byId = new Map(changed.map((m) => [m.id, m]));
    const known = new Set(old.machines.map((m) => m.id));
    return { machines: [...old.machines.map((m) => byId.get(m.id) ?? m), ...changed.filter((m) => !known.has(m.id))] };
  });
}

function stale(...keys: string[]): void {
  for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
}

export function startServices(): void {
  stream.on('snapshot', (data) => {
    const machines = (data as { machines?: Machine[] }).machines;
    if (machines) merge(machines, true);
    stale('work-orders', 'downtimes', 'production-logs', 'edges');
  });
  let first = true;
  stream.on('machines', (data) => {
    merge(data as Machine[], false);
    // Whoever was away may have missed orders as well.
    if (first) stale('work-orders');
    first = false;
    stale('ribbon');
  });
  stream.on('production_log', () => stale('work-orders', 'production-logs'));
  stream.on('work_order', () => stale('work-orders'));
  stream.on('downtime', () => stale('downtimes', 'pareto', 'ribbon'));
  queries.getQueryCache().subscribe(({ query, type }) => {
    // The session ended while somebody was looking: every page asks to sign in again.
    const error: unknown = query.state.error;
    if (type === 'updated' && error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'me') {
      if (queries.getQueryData(['me'])) queries.setQueryData(['me'], null);
    }
  });
}
