/**
 * The page's reads, one hook each.
 */
import {
  get, useLiveStream, type Connection, type Downtime, type DowntimeReason, type DueShift, type EdgeQueue, type FigureRow, type Handover, type Machine, type Operator,
  type ProductionLog, type RibbonData, type ScrapReason, type StationInfo, type StationView, type Tag, type TagHistory, type TagWrite, type WorkOrder,
} from '@unison/ui-kit';
import { keepPreviousData, queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MachineList } from './services';
import { ASKED_MS, FOLLOW_MS, isWhole, POINTS, windowOf, type Stretch } from './signals';

/** The latest writes of a signal that are shown. */
const WRITES = 10;

export const RIBBON_MS = 8 * 3_600_000;

export const useStationInfo = () =>
  useQuery({ queryKey: ['info'], queryFn: ({ signal }) => get<StationInfo>('/station', undefined, signal), staleTime: 60_000, refetchInterval: 60_000 });

/** First by asking, then kept up to date by the live stream. */
export const useMachines = () =>
  useQuery({ queryKey: ['machines'], queryFn: ({ signal }) => get<MachineList>('/machines', { per_page: 100 }, signal), staleTime: Infinity, refetchInterval: 60_000 });

export const useMachine = (id: number): Machine | undefined => useMachines().data?.machines.find((m) => m.id === id);

/** Counts move without a state change, hence the short interval. */
export const useStation = (id: number) =>
  useQuery({ queryKey: ['station', id], queryFn: ({ signal }) => get<StationView>(`/machines/${id}/station`, undefined, signal), refetchInterval: 2_000 });

export const useRibbon = (id: number) =>
  useQuery({
    queryKey: ['ribbon', id],
    queryFn: ({ signal }) => {
      const to = Date.now();
      return get<RibbonData>(`/machines/${id}/ribbon`, { from: new Date(to - RIBBON_MS).toISOString(), to: new Date(to).toISOString() }, signal);
    },
    refetchInterval: 30_000,
  });

export const ORDERS = queryOptions({
  queryKey: ['work-orders'],
  queryFn: ({ signal }) => get<{ work_orders: WorkOrder[] }>('/work-orders', { status: 'released,in_progress,paused', per_page: 100 }, signal),
  refetchInterval: 15_000,
});

export const useOrders = () => useQuery(ORDERS);

export const useLogs = (workOrderId: number | undefined) =>
  useQuery({
    queryKey: ['production-logs', workOrderId],
    queryFn: ({ signal }) => get<{ production_logs: ProductionLog[] }>('/production-logs', { work_order_id: workOrderId, per_page: 100 }, signal),
    enabled: workOrderId !== undefined,
  });

export const REASONS = queryOptions({ queryKey: ['reasons'], queryFn: ({ signal }) => get<{ downtime_reasons: DowntimeReason[] }>('/downtime-reasons', undefined, signal), staleTime: 300_000 });

export const useReasons = () => useQuery(REASONS);

export const SCRAP_REASONS = queryOptions({ queryKey: ['scrap-reasons'], queryFn: ({ signal }) => get<{ scrap_reasons: ScrapReason[] }>('/scrap-reasons', { per_page: 100 }, signal), staleTime: 300_000 });

export const useScrapReasons = () => useQuery(SCRAP_REASONS);

export const useDowntimes = (machineId: number) =>
  useQuery({
    queryKey: ['downtimes', machineId],
    queryFn: ({ signal }) => get<{ downtime_events: Downtime[] }>('/downtime-events', { machine_id: machineId, per_page: 100 }, signal),
    refetchInterval: 30_000,
  });

/** The shifts that can be handed over now, the latest first, with what was written. */
export const DUE_SHIFTS = queryOptions({ queryKey: ['due-shifts'], queryFn: ({ signal }) => get<{ shifts: DueShift[] }>('/shifts/due', undefined, signal), refetchInterval: 60_000 });

export const useDueShifts = () => useQuery(DUE_SHIFTS);

/** Handovers that nobody of the next shift has acknowledged. */
export const useWaitingHandovers = () =>
  useQuery({
    queryKey: ['handovers', 'waiting'],
    queryFn: ({ signal }) => get<{ shift_handovers: Handover[] }>('/shift-handovers', { acknowledged: 'false', per_page: 20 }, signal),
    refetchInterval: 60_000,
  });

const STOPS_PAGE = 100;
/** A shift with more has other troubles than its list. */
const STOPS_PAGES = 50;

/** All stops that touch a range, page by page. */
export async function allStops(from: string, to: string, signal?: AbortSignal): Promise<{ downtime_events: Downtime[] }> {
  const all = new Map<string, Downtime>();
  for (let page = 1; page <= STOPS_PAGES; page += 1) {
    const { downtime_events: found, total } = await get<{ downtime_events: Downtime[]; total: number }>('/downtime-events', { from, to, page, per_page: STOPS_PAGE }, signal);
    // One that began meanwhile moves the others on; each counts once.
    found.forEach((stop) => all.set(stop.id, stop));
    if (found.length < STOPS_PAGE || page * STOPS_PAGE >= total) break;
  }
  return { downtime_events: [...all.values()] };
}

/** Stops that touch a range, of all machines. */
export const useShiftStops = (from: string, to: string) =>
  useQuery({
    queryKey: ['downtimes', 'range', from, to],
    queryFn: ({ signal }) => allStops(from, to, signal),
    // The end moves with the minutes; what is on screen stays until the next answer.
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

/** Figures of a range by machine. */
export const useFigures = (from: string, to: string) =>
  useQuery({
    queryKey: ['figures', from, to],
    queryFn: ({ signal }) => get<{ rows: FigureRow[] }>('/kpi/figures', { from, to, by: 'machine' }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export const useOperators = () =>
  useQuery({ queryKey: ['operators'], queryFn: ({ signal }) => get<{ operators: Operator[] }>('/operators', undefined, signal), staleTime: 30_000 });

export const useQueue = () =>
  useQuery({ queryKey: ['queue'], queryFn: ({ signal }) => get<EdgeQueue>('/queue', undefined, signal), staleTime: 10_000, refetchInterval: 15_000 });

export const useConnections = () =>
  useQuery({ queryKey: ['connections'], queryFn: ({ signal }) => get<{ connections: Connection[] }>('/connections', undefined, signal), refetchInterval: ASKED_MS });

export interface TagList {
  tags: Tag[];
  total: number;
}

/** Signals of a connection as they are now, one page of them. */
export const useTags = (connection: string, search: string, keep: boolean, page: number, perPage: number) =>
  useQuery({
    queryKey: ['tags', connection, search, keep, page],
    queryFn: ({ signal }) => get<TagList>('/tags', { connection, page, per_page: perPage, ...(search ? { search } : {}), ...(keep ? { keep } : {}) }, signal),
    // Another filter shows other signals, so nothing of before is left on screen under it.
    refetchInterval: ASKED_MS,
  });

/** One signal as it is now. */
export const useTag = (connection: string, name: string) =>
  useQuery({
    queryKey: ['tag', connection, name],
    queryFn: async ({ signal }) => (await get<TagList>('/tags', { connection, name }, signal)).tags[0] ?? null,
    refetchInterval: ASKED_MS,
  });

/** What was written to a signal last. */
export const useTagWrites = (tag: string) =>
  useQuery({
    queryKey: ['tag-writes', tag],
    queryFn: ({ signal }) => get<{ tag_writes: TagWrite[]; total: number }>('/tag-writes', { tag, per_page: WRITES }, signal),
    refetchInterval: ASKED_MS,
  });

/** The kept signals of a machine. */
export const useKeptTags = (machine: string | undefined) =>
  useQuery({
    queryKey: ['tags', 'kept', machine],
    queryFn: ({ signal }) => get<TagList>('/tags', { machine, keep: true, per_page: 100 }, signal),
    enabled: machine !== undefined,
    staleTime: 60_000,
  });

/**
 * What signals were, in one order with their names. The moving end of a time is no part of the key: an answer replaces the
 * one before, and one that fails leaves it where it is. `subject` is what the chart is about; where another time of it is
 * asked for, what was last seen of each signal stays until the answer comes.
 */
export const useTagHistories = (tags: string[], subject: string, stretch: Stretch) => {
  const stream = useLiveStream();
  const cache = useQueryClient().getQueryCache();
  return useQueries({
    queries: tags.map((tag) => ({
      queryKey: ['tag-history', tag, subject, stretch],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<TagHistory>(`/tags/${encodeURIComponent(tag)}/history`, { ...asked(stretch, stream.serverNow()), points: POINTS }, signal),
      placeholderData: () => {
        const known = cache.findAll({ queryKey: ['tag-history', tag, subject], predicate: (query) => query.state.data !== undefined });
        return known.sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)[0]?.state.data as TagHistory | undefined;
      },
      staleTime: ({ state }: { state: { data?: TagHistory } }) => (hasAll(stretch, state.data?.to) ? 60_000 : 0),
      refetchInterval: ({ state }: { state: { data?: TagHistory } }) => (hasAll(stretch, state.data?.to) ? false : FOLLOW_MS),
    })),
  });
};

const hasAll = (stretch: Stretch, to: string | undefined): boolean => to !== undefined && isWhole(stretch, Date.parse(to));

function asked(stretch: Stretch, now: number): { from: string; to: string } {
  const { from, to } = windowOf(stretch, now);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** What a machine did in some time, beside its signals. */
export const useActivity = (id: number, stretch: Stretch) => {
  const stream = useLiveStream();
  return useQuery({
    queryKey: ['activity', id, stretch],
    queryFn: async ({ signal }) => {
      const time = asked(stretch, stream.serverNow());
      return { ...(await get<RibbonData>(`/machines/${id}/ribbon`, time, signal)), to: time.to };
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (hasAll(stretch, state.data?.to) ? false : FOLLOW_MS),
  });
};

/** Orders this station may work on: its own, and those of its lane that no machine has taken. */
export function ordersOf(machine: Machine, orders: WorkOrder[]): WorkOrder[] {
  const mine = orders.filter((o) => o.machine_id === machine.id || (o.machine_id === null && o.lane_id === machine.lane_id));
  const rank = { in_progress: 0, paused: 1, released: 2, planned: 3, completed: 4, cancelled: 5 };
  return mine.sort((a, b) => rank[a.status] - rank[b.status] || (a.planned_start ?? '').localeCompare(b.planned_start ?? ''));
}
