-- The tables of an organisation, in kinds instead of types: see `kinds.rs`, which adds the column
-- organization_id to every key and foreign key, the columns of RECORD, and what each database needs.
-- A schema that has landed is never changed here: the next change is a file of its own.

CREATE TABLE organization (
  uuid                  uuid    NOT NULL,
  name                  text    NOT NULL,
  kpi_standard          text    NOT NULL DEFAULT 'unison' CHECK (kpi_standard IN ('unison', 'iso_22400')),
  industry              text,
  company_size          text,
  primary_use_case      text,
  costing_method        text    NOT NULL DEFAULT 'fifo' CHECK (costing_method IN ('fifo', 'lifo', 'weighted_average')),
  overhead_rate_percent decimal NOT NULL DEFAULT 0,
  currency              text    NOT NULL DEFAULT 'USD',
  timezone              text    NOT NULL DEFAULT 'UTC',
  date_format           text    NOT NULL DEFAULT 'YYYY-MM-DD',
  number_format         text    NOT NULL DEFAULT '1,234.56',
  -- Prefix of document numbers by kind of document: {"work_order": "WO-"}.
  number_prefixes       json    NOT NULL DEFAULT '{}',
  version               integer NOT NULL DEFAULT 1,
  created_at            timestamp NOT NULL,
  updated_at            timestamp NOT NULL,
  PRIMARY KEY ()
);

-- `next` is the next value to hand out. The name `pos` orders everything that is read "since".
CREATE TABLE counters (
  name text    NOT NULL,
  next integer NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE roles (
  RECORD,
  code        text NOT NULL,
  name        text NOT NULL,
  description text,
  -- The role it adds to, one of those that every organisation has; none for a role of the organisation's own.
  extends     text,
  -- Permissions such as "materials:write".
  grants      json NOT NULL DEFAULT '[]',
  UNIQUE (code)
);

CREATE TABLE users (
  RECORD,
  email                text    NOT NULL,
  name                 text    NOT NULL,
  password_hash        text,
  must_change_password boolean NOT NULL DEFAULT FALSE,
  roles                json    NOT NULL DEFAULT '[]',
  manager_id           integer REFERENCES users,
  badge                text,
  hourly_rate          decimal NOT NULL DEFAULT 0,
  phone                text,
  language             text,
  -- Grows when all sessions of the user must end (Q-134).
  epoch                integer NOT NULL DEFAULT 1,
  UNIQUE (email),
  UNIQUE (badge)
);

CREATE TABLE plants (
  RECORD,
  uuid       uuid NOT NULL,
  name       text NOT NULL,
  plant_type text,
  city       text,
  address    text,
  timezone   text NOT NULL,
  is_default boolean NOT NULL DEFAULT FALSE,
  UNIQUE (name),
  UNIQUE (uuid)
);

CREATE TABLE user_plants (
  user_id  integer NOT NULL REFERENCES users,
  plant_id integer NOT NULL REFERENCES plants,
  PRIMARY KEY (user_id, plant_id)
);

-- A log-in on a device. Without its row a token is worth nothing.
CREATE TABLE sessions (
  id           uuid      NOT NULL,
  user_id      integer   NOT NULL REFERENCES users,
  device       text,
  ip           text,
  created_at   timestamp NOT NULL,
  expires_at   timestamp NOT NULL,
  ended_at     timestamp,
  PRIMARY KEY (id)
);
CREATE INDEX sessions_by_user ON sessions (user_id, expires_at);

-- Keys of other programs. Only the SHA-256 of a key is kept.
CREATE TABLE api_tokens (
  RECORD,
  name         text      NOT NULL,
  hash         bytes     NOT NULL,
  -- What of the key may be shown: its first characters.
  hint         text      NOT NULL,
  roles        json      NOT NULL DEFAULT '[]',
  -- Otherwise those of api_token_plants.
  all_plants   boolean   NOT NULL DEFAULT FALSE,
  created_by   integer   NOT NULL REFERENCES users,
  expires_at   timestamp,
  revoked_at   timestamp,
  last_used_at timestamp,
  UNIQUE (name),
  UNIQUE (hash)
);

CREATE TABLE api_token_plants (
  token_id integer NOT NULL REFERENCES api_tokens,
  plant_id integer NOT NULL REFERENCES plants,
  PRIMARY KEY (token_id, plant_id)
);

CREATE TABLE departments (
  RECORD,
  plant_id     integer NOT NULL REFERENCES plants,
  code         text    NOT NULL,
  name         text    NOT NULL,
  head_user_id integer REFERENCES users,
  UNIQUE (plant_id, code)
);

CREATE TABLE lanes (
  RECORD,
  plant_id                 integer NOT NULL REFERENCES plants,
  department_id            integer REFERENCES departments,
  name                     text    NOT NULL,
  capacity                 integer NOT NULL DEFAULT 1,
  ideal_cycle_time_seconds decimal,
  -- Names of operations; empty for all (Q-108).
  supported_operations     json    NOT NULL DEFAULT '[]',
  UNIQUE (plant_id, name)
);

CREATE TABLE shifts (
  RECORD,
  plant_id                integer NOT NULL REFERENCES plants,
  name                    text    NOT NULL,
  pattern_type            text    NOT NULL DEFAULT 'fixed' CHECK (pattern_type IN ('fixed', 'rotating', 'custom')),
  start_time              text    NOT NULL,
  end_time                text    NOT NULL,
  -- ["monday", …]
  active_days             json    NOT NULL DEFAULT '[]',
  break_duration_minutes  integer NOT NULL DEFAULT 0,
  -- Breaks at a known time, part of the minutes above: [{"from": "10:00", "minutes": 15}].
  breaks                  json    NOT NULL DEFAULT '[]',
  production_target_units integer,
  oee_target_percent      integer,
  quality_target_percent  decimal,
  UNIQUE (plant_id, name)
);

CREATE TABLE locations (
  RECORD,
  plant_id integer NOT NULL REFERENCES plants,
  code     text    NOT NULL,
  name     text    NOT NULL,
  UNIQUE (plant_id, code)
);

CREATE TABLE categories (
  RECORD,
  name        text NOT NULL,
  description text,
  UNIQUE (name)
);

-- One unit is numerator / denominator of the base unit of its dimension.
CREATE TABLE units (
  RECORD,
  code        text    NOT NULL,
  name        text    NOT NULL,
  dimension   text    NOT NULL,
  numerator   integer NOT NULL DEFAULT 1 CHECK (numerator > 0),
  denominator integer NOT NULL DEFAULT 1 CHECK (denominator > 0),
  UNIQUE (code)
);

-- Edges as the organisation sees them; their keys are in the platform store.
CREATE TABLE edges (
  id               integer NOT NULL,
  uuid             uuid    NOT NULL,
  plant_id         integer NOT NULL REFERENCES plants,
  name             text    NOT NULL,
  program_version  text,
  last_seen_at     timestamp,
  -- Head of the edge's log as it last said, and up to when its machine time is settled.
  head             integer NOT NULL DEFAULT 0,
  observed_until   timestamp,
  -- What the edge holds of the plant's log.
  down_incarnation integer NOT NULL DEFAULT 0,
  down_acked       integer NOT NULL DEFAULT 0,
  state            text    NOT NULL DEFAULT 'enrolled' CHECK (state IN ('enrolled', 'quarantined', 'revoked')),
  created_at       timestamp NOT NULL,
  updated_at       timestamp NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (uuid),
  UNIQUE (plant_id, name)
);

CREATE TABLE machines (
  RECORD,
  plant_id                 integer NOT NULL REFERENCES plants,
  lane_id                  integer REFERENCES lanes,
  machine_code             text    NOT NULL,
  name                     text    NOT NULL,
  mode                     text    NOT NULL DEFAULT 'production' CHECK (mode IN ('production', 'maintenance', 'decommissioned')),
  count_source             text    NOT NULL DEFAULT 'counter' CHECK (count_source IN ('counter', 'logs')),
  ideal_cycle_time_seconds decimal,
  capacity_units_per_hour  decimal,
  last_maintenance_date    date,
  next_maintenance_due     date,
  edge_id                  integer REFERENCES edges,
  UNIQUE (machine_code)
);
CREATE INDEX machines_by_plant ON machines (plant_id, machine_code);

-- What a machine's edge reads from it, for people who look for it; the edge's own file says how it is read.
CREATE TABLE machine_tags (
  RECORD,
  plant_id   integer NOT NULL REFERENCES plants,
  machine_id integer NOT NULL REFERENCES machines,
  name       text    NOT NULL,
  meaning    text    NOT NULL,
  address    text,
  unit       text,
  UNIQUE (machine_id, name)
);

CREATE TABLE downtime_reasons (
  RECORD,
  code        text    NOT NULL,
  name        text    NOT NULL,
  category    text    NOT NULL,
  is_planned  boolean NOT NULL DEFAULT FALSE,
  is_critical boolean NOT NULL DEFAULT FALSE,
  UNIQUE (code)
);

CREATE TABLE scrap_reasons (
  RECORD,
  code     text NOT NULL,
  name     text NOT NULL,
  category text,
  UNIQUE (code)
);

CREATE TABLE customers (
  RECORD,
  name         text NOT NULL,
  contact_name text,
  email        text,
  phone        text,
  address      text,
  UNIQUE (name)
);

CREATE TABLE suppliers (
  RECORD,
  name         text NOT NULL,
  contact_name text,
  email        text,
  phone        text,
  address      text,
  lead_time_days integer,
  UNIQUE (name)
);

CREATE TABLE materials (
  RECORD,
  material_code       text    NOT NULL,
  name                text    NOT NULL,
  description         text,
  category_id         integer REFERENCES categories,
  unit_of_measure     text    NOT NULL,
  standard_cost       decimal NOT NULL DEFAULT 0,
  minimum_stock_level decimal,
  maximum_stock_level decimal,
  reorder_point       decimal,
  UNIQUE (material_code)
);

CREATE TABLE products (
  RECORD,
  code                     text    NOT NULL,
  name                     text    NOT NULL,
  description              text,
  unit_of_measure          text    NOT NULL,
  price                    decimal,
  standard_cost            decimal,
  tracking_mode            text    NOT NULL DEFAULT 'none' CHECK (tracking_mode IN ('none', 'lot', 'serial')),
  ideal_cycle_time_seconds decimal,
  UNIQUE (code)
);

CREATE TABLE projects (
  RECORD,
  project_number     text NOT NULL,
  name               text NOT NULL,
  customer_id        integer REFERENCES customers,
  product_id         integer REFERENCES products,
  planned_start_date date,
  planned_end_date   date,
  status             text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'on_hold', 'completed', 'cancelled', 'archived')),
  UNIQUE (project_number)
);

CREATE TABLE work_orders (
  RECORD,
  plant_id           integer NOT NULL REFERENCES plants,
  work_order_number  text    NOT NULL,
  work_order_type    text    NOT NULL DEFAULT 'production' CHECK (work_order_type IN ('production', 'rework', 'preventive_maintenance', 'maintenance')),
  title              text    NOT NULL,
  project_id         integer REFERENCES projects,
  product_id         integer REFERENCES products,
  product_name       text,
  lane_id            integer REFERENCES lanes,
  machine_id         integer REFERENCES machines,
  quantity_ordered   integer NOT NULL CHECK (quantity_ordered > 0),
  quantity_completed integer NOT NULL DEFAULT 0,
  quantity_rejected  integer NOT NULL DEFAULT 0,
  status             text    NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'released', 'in_progress', 'paused', 'completed', 'cancelled')),
  priority           text    NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  supervisor_id      integer REFERENCES users,
  planned_start      timestamp,
  planned_end        timestamp,
  due_date           timestamp,
  started_at         timestamp,
  started_by         integer REFERENCES users,
  completed_at       timestamp,
  actual_labor_cost  decimal NOT NULL DEFAULT 0,
  UNIQUE (work_order_number)
);
CREATE INDEX work_orders_by_status ON work_orders (plant_id, status, id);

-- What was done to work orders. `origin` is the edge, or the plant for the cloud itself.
CREATE TABLE work_order_moves (
  pos           integer   NOT NULL,
  work_order_id integer   NOT NULL REFERENCES work_orders,
  verb          text      NOT NULL,
  machine_id    integer,
  user_id       integer,
  at            timestamp NOT NULL,
  note          text,
  origin        uuid      NOT NULL,
  PRIMARY KEY (pos)
) APPEND ONLY;

-- Requests of the cloud to the edge that executes a work order, and their answers (Q-129).
CREATE TABLE work_order_requests (
  uuid          uuid      NOT NULL,
  work_order_id integer   NOT NULL REFERENCES work_orders,
  verb          text      NOT NULL,
  -- The edge that was asked, and alone answers.
  edge_id       integer   REFERENCES edges,
  machine_id    integer,
  note          text,
  user_id       integer   NOT NULL,
  at            timestamp NOT NULL,
  state         text      NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused')),
  reason        text,
  PRIMARY KEY (uuid)
);

-- Production logs are facts: summed, never overwritten (Q-117).
CREATE TABLE production_logs (
  id                 integer   NOT NULL,
  uuid               uuid      NOT NULL,
  work_order_id      integer   NOT NULL REFERENCES work_orders,
  machine_id         integer   REFERENCES machines,
  user_id            integer   NOT NULL REFERENCES users,
  shift_id           integer   REFERENCES shifts,
  quantity_completed integer   NOT NULL,
  quantity_rejected  integer   NOT NULL,
  hours_worked       decimal   NOT NULL,
  hourly_rate        decimal   NOT NULL,
  labor_cost         decimal   NOT NULL,
  notes              text,
  logged_at          timestamp NOT NULL,
  origin             uuid      NOT NULL,
  pos                integer   NOT NULL,
  created_at         timestamp NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (uuid)
) APPEND ONLY;
CREATE INDEX production_logs_by_work_order ON production_logs (work_order_id, logged_at);
CREATE INDEX production_logs_by_user ON production_logs (user_id, logged_at);

-- Machine time as the edges observed it: each row holds until the next of its machine, at most until
-- `edges.observed_until`.
CREATE TABLE activity_changes (
  machine_id   integer   NOT NULL REFERENCES machines,
  at           timestamp NOT NULL,
  activity     text      NOT NULL,
  clock_unsure boolean   NOT NULL DEFAULT FALSE,
  PRIMARY KEY (machine_id, at)
);

-- Parts in buckets of ten seconds; facts for one bucket add up. `ideal_us` is a span, not a moment.
CREATE TABLE count_buckets (
  machine_id integer   NOT NULL REFERENCES machines,
  bucket_at  timestamp NOT NULL,
  ideal_us   integer   NOT NULL,
  total      integer   NOT NULL,
  rejected   integer   NOT NULL,
  PRIMARY KEY (machine_id, bucket_at, ideal_us)
);

CREATE TABLE downtime_events (
  uuid          uuid      NOT NULL,
  machine_id    integer   NOT NULL REFERENCES machines,
  started_at    timestamp NOT NULL,
  ended_at      timestamp,
  source        text      NOT NULL CHECK (source IN ('signal', 'operator')),
  reason_id     integer   REFERENCES downtime_reasons,
  work_order_id integer   REFERENCES work_orders,
  opened_by     integer   REFERENCES users,
  note          text,
  classified_by integer   REFERENCES users,
  classified_at timestamp,
  -- Logical time of the reason in force: the one recorded last counts, in whatever order they arrive.
  reason_hlc    integer   NOT NULL DEFAULT 0,
  PRIMARY KEY (uuid)
);
CREATE INDEX downtime_events_by_machine ON downtime_events (machine_id, started_at);

-- What was received, as it came. `vectors` moves in the same transaction as the rows it stands for.
CREATE TABLE batches (
  origin      uuid      NOT NULL,
  incarnation integer   NOT NULL,
  first_seq   integer   NOT NULL,
  last_seq    integer   NOT NULL,
  hash        bytes     NOT NULL,
  received_at timestamp NOT NULL,
  -- The encoded batch, compressed with zstd.
  body        bytes     NOT NULL,
  PRIMARY KEY (origin, incarnation, first_seq)
) LARGE;

CREATE TABLE vectors (
  origin      uuid    NOT NULL,
  incarnation integer NOT NULL,
  seq         integer NOT NULL,
  hash        bytes   NOT NULL,
  PRIMARY KEY (origin)
);

-- What could not be taken, kept with its bytes until a person decides.
CREATE TABLE quarantine (
  pos         integer   NOT NULL,
  origin      uuid      NOT NULL,
  seq         integer,
  received_at timestamp NOT NULL,
  reason      text      NOT NULL,
  body        bytes     NOT NULL,
  PRIMARY KEY (pos)
);

-- The cloud's own log towards each plant: encoded batches, chained.
CREATE TABLE plant_log (
  plant_id    integer   NOT NULL REFERENCES plants,
  incarnation integer   NOT NULL,
  first_seq   integer   NOT NULL,
  last_seq    integer   NOT NULL,
  hash        bytes     NOT NULL,
  created_at  timestamp NOT NULL,
  body        bytes     NOT NULL,
  PRIMARY KEY (plant_id, incarnation, first_seq)
) LARGE;

-- Who changed what, before and after (ADMIN-30).
CREATE TABLE audit_log (
  pos       integer   NOT NULL,
  at        timestamp NOT NULL,
  actor     text      NOT NULL,
  user_id   integer,
  ip        text,
  entity    text      NOT NULL,
  entity_id text      NOT NULL,
  action    text      NOT NULL,
  before    json,
  after     json,
  PRIMARY KEY (pos)
) APPEND ONLY;
CREATE INDEX audit_log_by_entity ON audit_log (entity, entity_id, pos);

-- Answers of calls that may be repeated; stored with their effect.
CREATE TABLE idempotency_keys (
  key          text      NOT NULL,
  request_hash bytes     NOT NULL,
  status       integer   NOT NULL,
  answer       text      NOT NULL,
  created_at   timestamp NOT NULL,
  PRIMARY KEY (key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Fields that an organisation adds to an entity (CF).
CREATE TABLE custom_fields (
  RECORD,
  entity_type   text    NOT NULL,
  field_code    text    NOT NULL,
  label         text    NOT NULL,
  field_type    text    NOT NULL CHECK (field_type IN ('text', 'number', 'date', 'boolean', 'dropdown', 'multiselect', 'file')),
  is_required   boolean NOT NULL DEFAULT FALSE,
  is_filterable boolean NOT NULL DEFAULT FALSE,
  options       json    NOT NULL DEFAULT '[]',
  minimum       decimal,
  maximum       decimal,
  length_min    integer,
  length_max    integer,
  pattern       text,
  help_text     text,
  position      integer NOT NULL DEFAULT 0,
  UNIQUE (entity_type, field_code)
);

-- A file that was taken in, and what it did to each record, so that it can be taken back.
CREATE TABLE imports (
  id          integer   NOT NULL,
  entity      text      NOT NULL,
  file_name   text,
  user_id     integer   NOT NULL REFERENCES users,
  created     integer   NOT NULL DEFAULT 0,
  updated     integer   NOT NULL DEFAULT 0,
  created_at  timestamp NOT NULL,
  undone_at   timestamp,
  PRIMARY KEY (id)
);

CREATE TABLE import_rows (
  import_id     integer NOT NULL REFERENCES imports,
  line          integer NOT NULL,
  record_id     integer NOT NULL,
  version_after integer NOT NULL,
  -- The record before; none when the file made it.
  before        json,
  PRIMARY KEY (import_id, line)
);
