/**
 * What lives once per tab: server state, the live stream, the session.
 */
import { ApiError, createQueries, get, LiveStream, post, type CloudSession, type Machine } from '@unison/ui-kit';
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

/** The plant of the session; its zone is the one that times are shown in. A given id looks up another one. */
export function usePlant(id?: number) {
  const session = useSession();
  const plants = session?.plants ?? [];
  const wanted = id ?? session?.current_plant_id;
  return plants.find((p) => p.id === wanted) ?? plants[0];
}

/** The plant that figures are narrowed to; none where the organisation has only one. */
export function useCurrentPlantId(): number | undefined {
  const session = useSession();
  return (session?.plants.length ?? 0) > 1 ? (session?.current_plant_id ?? undefined) : undefined;
}

/** TEN-08: the session gets another plant, and everything on screen is asked again. */
export async function switchPlant(plantId: number): Promise<void> {
  await post('/auth/switch-plant', { plant_id: plantId });
  stream.stop();
  await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
  const same = ['me', 'entities', 'form'];
  void queries.invalidateQueries({ predicate: (query) => same.slice(1).includes(String(query.queryKey[0])) });
  // Figures of the plant before must not stand under the name of the new one, not even for a moment.
  await queries.resetQueries({ predicate: (query) => !same.includes(String(query.queryKey[0])) });
  stream.start();
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
