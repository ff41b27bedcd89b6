/**
 * The JSON shapes both servers speak that no OpenAPI document describes yet, written by hand. What one describes
 * comes from generated.ts, what is described at run time is in resource.ts; no other file may describe an answer.
 */

import type { components } from './generated';

/** RFC 3339 UTC, e.g. 2025-11-06T10:00:00Z. */
export type Timestamp = string;

export type Status = 'available' | 'running' | 'idle' | 'setup' | 'down' | 'maintenance' | 'decommissioned';
export type Activity = 'running' | 'idle' | 'setup' | 'blocked' | 'starved' | 'down' | 'no_data';

export interface Named {
  id: number;
  name: string;
}

export interface Machine {
  id: number;
  machine_code: string;
  name: string;
  plant_id: number;
  plant_name: string;
  lane_id: number | null;
  lane_name: string | null;
  status: Status;
  activity: Activity;
  /** The status is the last one known, not the present one. */
  stale: boolean;
  /** Blocked or starved: idle, but because of a neighbour. */
  waiting: boolean;
  flags: string[];
  /** Start of the present activity. */
  since: Timestamp | null;
  /** Last time the device confirmed it. */
  seen_at: Timestamp | null;
  downtime_reason: string | null;
  open_downtime_id: string | null;
  /** Open calls for help, the oldest first. */
  help_calls: HelpCall[];
  current_work_order: { id: number; work_order_number: string } | null;
  capacity_units_per_hour: number | null;
  ideal_cycle_seconds: number | null;
  utilization_percent: number | null;
  last_maintenance_date: string | null;
  next_maintenance_due: string | null;
  edge: string | null;
}

export type WorkOrderStatus = 'planned' | 'released' | 'in_progress' | 'paused' | 'completed' | 'cancelled';
export type WorkOrderVerb = 'start' | 'pause' | 'resume' | 'complete' | 'log';

export interface AllowedAction {
  action: WorkOrderVerb;
  allowed: boolean;
  /** Why it is refused; shown on the disabled button. */
  reason: string | null;
}

export interface WorkOrder {
  id: number;
  work_order_number: string;
  title: string;
  product_name: string | null;
  status: WorkOrderStatus;
  plant_id: number;
  lane_id: number | null;
  lane_name: string | null;
  machine_id: number | null;
  machine_code: string | null;
  quantity_ordered: number;
  quantity_completed: number;
  quantity_rejected: number;
  quantity_left: number;
  progress_percent: number | null;
  planned_start: Timestamp | null;
  planned_end: Timestamp | null;
  due_date: Timestamp | null;
  started_at: Timestamp | null;
  started_by: Named | null;
  overrun: boolean;
  allowed_actions: AllowedAction[];
}

export type Band = 'World-class' | 'Good' | 'Fair' | 'Poor';

export interface Oee {
  machine: string | null;
  from: Timestamp;
  to: Timestamp;
  oee: number | null;
  availability: number | null;
  performance: number | null;
  quality: number | null;
  /** Share of the shift time whose state is known, percent. */
  coverage: number | null;
  good: number;
  total: number;
  rejected: number;
  planned_seconds: number;
  run_seconds: number;
  downtime_seconds: number;
  setup_seconds: number;
  counts_outside_planned: number;
  performance_above_100: boolean;
  band: Band | null;
}

export interface OeeDay {
  date: string;
  oee: number | null;
  availability: number | null;
  performance: number | null;
  quality: number | null;
  coverage: number | null;
}

export interface Downtime {
  id: string;
  machine_id: number;
  machine_code: string;
  started_at: Timestamp;
  ended_at: Timestamp | null;
  duration_minutes: number;
  reason_id: number | null;
  /** "unclassified" while nobody has given a reason. */
  reason_code: string;
  downtime_reason: string;
  notes: string | null;
  source: 'signal' | 'operator';
  classified_by: Named | null;
  is_critical: boolean;
  /** What the machine itself said first. */
  alarm: string | null;
  suggested_reason_code: string | null;
  /** "resumed without note": its signals ended it, and nobody has given its reason. */
  flags: string[];
  escalated_at: Timestamp | null;
  allowed_actions: { action: string; allowed: boolean; reason: string | null }[];
}

/** Figures of one machine in a range; null without a value. */
export interface FigureRow {
  key: string;
  label: string;
  oee: Oee;
  first_pass_yield: number | null;
  utilization_percent: number | null;
  mtbf_hours: number | null;
  mttr_hours: number | null;
  failures: number;
  stop_minutes: number;
  unplanned_percent: number | null;
  units: number;
  target_units: number | null;
  target_attainment: number | null;
  capacity_percent: number | null;
}

export interface FigureChange {
  scope: 'shift' | 'day';
  label: string;
  before: FigureRow;
  after: FigureRow;
}

/** What an edit of a stop made, or would make. */
export interface EditAnswer {
  is_saved: boolean;
  downtime_events: Downtime[];
  changes: FigureChange[];
}

export interface DowntimeHistory {
  changes: {
    change: 'opened' | 'classified' | 'closed' | 'alarmed' | 'split' | 'merged' | 'corrected' | 'voided' | 'escalated';
    at: Timestamp;
    by: Named | null;
    downtime_reason: string | null;
    started_at: Timestamp | null;
    ended_at: Timestamp | null;
    other_id: string | null;
    notes: string | null;
  }[];
}

export const HELP_KINDS = ['supervisor', 'maintenance', 'quality', 'material'] as const;
export type HelpKind = (typeof HELP_KINDS)[number];
export type HelpCall = components['schemas']['HelpCallView'];
export type Handover = components['schemas']['HandoverView'];

/** A shift of a day that can be handed over now. */
export interface DueShift {
  shift_id: number;
  shift_name: string;
  /** The day on which it began. */
  date: string;
  starts_at: Timestamp;
  ends_at: Timestamp;
  target_units: number | null;
  handover: Handover | null;
}

export interface NewHandover {
  uuid: string;
  shift_id: number;
  date: string;
  handover_notes: string;
  wip_work_orders: { work_order_id: number; blocked_reason?: string }[];
  issues: { machine_id?: number; description: string }[];
  replaces?: Timestamp;
}

export interface DowntimeReason {
  id: number | null;
  code: string;
  name: string;
  category: string | null;
}

export interface ParetoRow {
  reason_code: string;
  reason: string;
  minutes: number;
  occurrences: number;
  percent: number | null;
}

export interface ProductionLog {
  id: number | null;
  uuid: string;
  work_order_id: number;
  work_order_number: string;
  machine_id: number | null;
  quantity_completed: number;
  quantity_rejected: number;
  hours_worked: number;
  notes: string | null;
  cumulative_completed: number;
  quantity_ordered: number;
  progress_percent: number | null;
  material_cost_added: number | null;
  labor_cost_added: number | null;
  logged_at: Timestamp;
  logged_by: Named | null;
  message: string;
}

export interface RibbonInterval {
  from: Timestamp;
  to: Timestamp | null;
  activity: Activity;
  downtime_id: string | null;
}

export interface RibbonData {
  intervals: RibbonInterval[];
  known_until: Timestamp | null;
}

export interface User extends Named {
  email?: string | null;
  phone?: string | null;
  roles: string[];
  /** What of the edge's calls they may make. */
  permissions?: string[];
}

export interface Operator extends Named {
  has_pin: boolean;
  roles: string[];
}

export interface EdgeSession {
  user: User;
  expires_at?: Timestamp;
}

export interface Plant extends Named {
  timezone: string;
}

export interface CloudSession {
  user: User;
  organization: { name: string; subdomain: string };
  plants: Plant[];
  /** The plant that plant-scoped lists and figures are about. */
  current_plant_id?: number | null;
  /** True after a first log-in with a password that somebody else chose. */
  must_change_password?: boolean;
  permissions?: string[];
  /** Why nothing can be changed at present: the trial or the subscription has ended. */
  read_only?: { error: string; reason: string } | null;
  expires_at?: Timestamp;
}

export interface StationInfo {
  edge_name: string;
  plant_name: string;
  organization_name: string;
  version: string;
  enrolled: boolean;
  timezone: string;
  unknown_machines: string[];
  /** Machines of this box's configuration that belong to another edge. */
  claimed_elsewhere?: string[];
  /** The disk under this box's database; a message says what to do while something is wrong. */
  storage?: { state: 'ok' | 'low' | 'degraded' | 'read_only'; message: string | null; free_bytes: number | null };
}

export interface StationView {
  machine: Machine;
  work_order: WorkOrder | null;
  shift: { name: string; starts_at: Timestamp; ends_at: Timestamp; target_units: number | null } | null;
  good: number;
  rejected: number;
  total: number;
  target: number | null;
  /** Units that should be done by now: the pace. */
  target_now: number | null;
  oee: Oee | null;
  since_last_log: { good: number; rejected: number };
  open_downtime: Downtime | null;
  recent_downtimes: Downtime[];
}

export type ScanSource = 'wedge' | 'camera' | 'photo' | 'typed' | 'serial' | 'hid';

/** What a label of GS1 says. */
export interface ScanLabel {
  gtin?: string;
  lot?: string;
  serial?: string;
  sscc?: string;
  /** YYYY-MM-DD. */
  expires_on?: string;
}

export interface Scan {
  id: string | number;
  code: string;
  source: ScanSource;
  /** Machine whose station the reader belongs to. */
  station: number | null;
  kind: 'work_order' | 'badge' | 'machine' | 'lot' | 'material' | 'logistic_unit' | 'unknown';
  work_order_id?: number | null;
  machine_id?: number | null;
  user?: Named | null;
  label?: ScanLabel;
  /** What is wrong with a label that could not be understood. */
  problem?: string;
  at: Timestamp;
}

export interface EdgeQueue {
  page_to_edge: 'ok';
  edge_to_cloud: {
    state: 'online' | 'offline' | 'syncing' | 'error';
    pending: number;
    oldest_unsent: Timestamp | null;
    last_ack: Timestamp | null;
    message: string | null;
  };
}

export interface Connection {
  name: string;
  driver: string;
  state: 'connecting' | 'connected' | 'disconnected';
  last_good_at: Timestamp | null;
  last_good_age_ms: number | null;
  /** What is wrong now. */
  error: string | null;
  /** What was wrong last; it stays when all is well again. */
  last_error: string | null;
  last_error_at: Timestamp | null;
  /** What would make it better, as a longer time-out. */
  hint: string | null;
  tags: number;
  tags_kept: number;
  requests_per_second: number | null;
  errors_per_second: number | null;
  readings_waiting: number;
  scans_waiting: number;
  /** Readings that a newer one replaced before they were taken. */
  merged: number;
  /** Scans left out because the one before was still under way. */
  scans_skipped: number;
  /** What came and was of no use: late answers, noise. */
  dropped: number;
  restarts: number;
  trust: 'unseen' | 'unknown' | 'trusted' | 'changed' | 'unreadable' | 'insecure' | null;
}

/** A signal as it is now. */
export interface Tag {
  name: string;
  connection: string;
  type: string;
  /** What was known last; with a bad quality it says nothing of now. */
  value: number | boolean | string | null;
  quality: 'good' | 'bad';
  at: Timestamp | null;
  age_ms: number | null;
  is_live: boolean;
  period_ms: number;
  keep: boolean;
  /** From master data, where that knows the tag. */
  meaning: string | null;
  unit: string | null;
  /** People with plc:write may write it. */
  writable: boolean;
  scaled: boolean;
  machine_id: number | null;
  machine_code: string | null;
}

/** A value that somebody wrote to a device, and what became of it. */
export type TagWrite = Omit<components['schemas']['TagWriteView'], 'outcome'> & { outcome: 'asked' | 'done' | 'refused' | 'not_sent' | 'unknown' };

/** What happened in one part of the time asked for. */
export interface TagBucket {
  at: Timestamp;
  until: Timestamp;
  /** Null where the values are texts. */
  first: number | null;
  min: number | null;
  max: number | null;
  last: number | null;
  text: string | null;
  has_gap: boolean;
}

export interface TagHistory {
  tag: string;
  keep: boolean;
  from: Timestamp;
  to: Timestamp;
  buckets: TagBucket[];
  gaps: { from: Timestamp; to: Timestamp }[];
}

export interface EdgeRow {
  id: number | string;
  name: string;
  plant_name: string;
  version: string | null;
  last_seen: Timestamp | null;
  state: string;
  lag_seconds: number | null;
  head: number | null;
  acked: number | null;
  /** What the last contact said, when something is wrong. */
  message?: string | null;
}

export interface Page {
  total: number;
  page: number;
  per_page: number;
}

export interface Refusal {
  error: string;
  reason?: string;
  details?: { field: string; message: string }[];
  /** With a conflict: the record as it is now. */
  current?: unknown;
  outcome?: components['schemas']['WriteEnd'];
}

export interface NewProductionLog {
  uuid: string;
  work_order_id: number;
  quantity_completed: number;
  quantity_rejected: number;
  hours_worked: number;
  notes?: string;
  machine_id?: number;
  scrap_reasons?: { scrap_reason_code: string; quantity: number }[];
}

export interface ScrapReason {
  id: number;
  code: string;
  name: string;
  category: string | null;
}

export interface NewDowntime {
  uuid?: string;
  machine_id: number;
  downtime_reason_code: string;
  started_at: Timestamp;
  ended_at?: Timestamp;
  notes?: string;
}

export type DowntimeChange = Pick<NewDowntime, "downtime_reason_code" | "notes">;
