/**
 * The contract that every resource of the cloud speaks: what a form says, what a list answers, what a record holds.
 * Written by hand, because the records themselves are described at run time by `GET {path}/form`.
 */
import type { components } from './generated';
import type { Page, Timestamp } from './types';

export type FieldKind =
  | 'text' | 'long_text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'time' | 'timestamp'
  | 'choice' | 'choices' | 'reference' | 'list' | 'object' | 'file';

export interface Choice {
  value: string;
  label: string;
}

/** Where the records of a reference are, and what is shown of them. */
export interface Reference {
  entity: string;
  path: string;
  title_field: string;
  code_field: string | null;
}

export interface Field {
  name: string;
  label: string;
  help?: string | null;
  kind: FieldKind;
  required: boolean;
  read_only: boolean;
  default?: unknown;
  choices?: Choice[] | null;
  reference?: Reference | null;
  minimum?: number | string | null;
  maximum?: number | string | null;
  length_min?: number | null;
  length_max?: number | null;
  pattern?: string | null;
  unit?: string | null;
  in_list: boolean;
  filter: boolean;
  sort: boolean;
}

/** What may be done, with the reason when it may not. */
export interface Allowance {
  action: string;
  allowed: boolean;
  reason?: string | null;
}

export interface FormAction {
  action: string;
  label: string;
  fields: Field[];
}

export interface EntityForm {
  entity: string;
  label: string;
  label_plural: string;
  path: string;
  plural: string;
  area: string;
  scope: 'organization' | 'plant';
  title_field: string;
  code_field: string | null;
  default_sort: string;
  search_fields: string[];
  fields: Field[];
  custom_fields: Field[];
  actions: FormAction[];
  allowed: Allowance[];
}

/** An entity as menu and palette know it. */
export interface EntityEntry {
  entity: string;
  label: string;
  label_plural: string;
  path: string;
  plural: string;
  area: string;
  allowed: Allowance[];
}

export type Values = Record<string, unknown>;

export interface ResourceRecord {
  id: number | string;
  version: number;
  is_active: boolean;
  created_at: Timestamp;
  updated_at: Timestamp;
  custom_fields?: Values;
  allowed_actions?: Allowance[];
  [field: string]: unknown;
}

export interface ResourcePage extends Page {
  records: ResourceRecord[];
}

export interface SearchHit {
  entity: string;
  label: string;
  id: number | string;
  code: string | null;
  title: string;
  path: string;
}

export interface BulkResult {
  done: number;
  results: { id: number | string; ok: boolean; error?: string | null }[];
}

export interface ImportRequest {
  file_name: string;
  csv: string;
  mapping?: Record<string, string | null>;
  update_existing: boolean;
  commit: boolean;
}

export interface ImportAnswer {
  columns: { column: string; field: string | null }[];
  rows: number;
  will_create: number;
  will_update: number;
  unchanged: number;
  errors: { line: number; column: string | null; field: string | null; message: string }[];
  preview: ResourceRecord[];
  import_id: number | string | null;
}

/** What an undone import could not take back, and why. */
export interface UndoAnswer {
  archived?: number;
  restored?: number;
  left?: { id?: number | string; line?: number; reason?: string }[];
}

export interface AuditChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface AuditEntry {
  pos: number;
  at: Timestamp;
  actor: string;
  user_id: number | null;
  entity: string;
  entity_id: string;
  action: string;
  changes: AuditChange[];
}

export interface AuditPage extends Page {
  audit_log: AuditEntry[];
}

/** A log-in of the signed-in person on some device. */
export type SessionRow = components['schemas']['SessionView'];

/** What people may change of their own record. */
export type OwnProfile = components['schemas']['Profile'];
