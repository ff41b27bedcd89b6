/**
 * The dashboard's reads, one hook each. KPI figures refresh every 60 seconds.
 */
import { get, type Downtime, type EdgeRow, type Oee, type OeeDay, type ParetoRow, type ProductionLog, type RibbonData, type WorkOrder } from '@unison/ui-kit';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Span } from './ranges';
import type { MachineList } from './services';

const KPI_REFRESH_MS = 60_000;

export const useMachines = () =>
  useQuery({ queryKey: ['machines'], queryFn: ({ signal }) => get<MachineList>('/machines', { per_page: 100 }, signal), staleTime: 30_000, refetchInterval: 60_000 });

export const useOee = (span: Span, machine?: string, plantId?: number) =>
  useQuery({
    queryKey: ['oee', span.from, span.to, machine, plantId],
    queryFn: ({ signal }) => get<Oee>('/kpi/oee', { ...span, machine, plant_id: plantId }, signal),
    refetchInterval: KPI_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const useTrend = (machine?: string, plantId?: number) =>
  useQuery({
    queryKey: ['trend', machine, plantId],
    queryFn: ({ signal }) => get<{ days: OeeDay[] }>('/kpi/oee/trend', { machine, days: 30, plant_id: plantId }, signal),
    refetchInterval: KPI_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const useDowntimes = (span: Span, machineId?: number) =>
  useQuery({
    queryKey: ['downtimes', span.from, span.to, machineId],
    queryFn: ({ signal }) => get<{ downtime_events: Downtime[] }>('/downtime-events', { ...span, machine_id: machineId, per_page: 100 }, signal),
    refetchInterval: KPI_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const usePareto = (span: Span, machineId?: number) =>
  useQuery({
    queryKey: ['pareto', span.from, span.to, machineId],
    queryFn: ({ signal }) => get<{ downtime_pareto: ParetoRow[] }>('/downtime-pareto', { ...span, machine_id: machineId }, signal),
    refetchInterval: KPI_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const useRibbon = (id: number, from: string, to: string) =>
  useQuery({
    queryKey: ['ribbon', id, from, to],
    queryFn: ({ signal }) => get<RibbonData>(`/machines/${id}/ribbon`, { from, to }, signal),
    refetchInterval: KPI_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const useOrders = (status?: string) =>
  useQuery({
    queryKey: ['work-orders', status],
    queryFn: ({ signal }) => get<{ work_orders: WorkOrder[]; total?: number }>('/work-orders', { status, per_page: 100 }, signal),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });

export const useLogs = () =>
  useQuery({ queryKey: ['production-logs'], queryFn: ({ signal }) => get<{ production_logs: ProductionLog[] }>('/production-logs', { per_page: 100 }, signal), refetchInterval: KPI_REFRESH_MS });

export const useEdges = () =>
  useQuery({ queryKey: ['edges'], queryFn: ({ signal }) => get<{ edges: EdgeRow[] }>('/edges', { per_page: 100 }, signal), refetchInterval: 5_000 });
