-- Version 3. Written in kinds, see `kinds.rs`.

-- What the roles granted at log-in (RBAC-08, RBAC-10), as a list. None: the log-in was before this column, and has
-- ended with it.
ALTER TABLE sessions ADD COLUMN permissions json;

-- People as files of others name them. A department is looked at when it is written.
ALTER TABLE users ADD COLUMN employee_number text;
ALTER TABLE users ADD COLUMN department_id integer;
CREATE INDEX users_by_employee_number ON users (employee_number);

-- Days that are not as every week: on holidays and shutdowns no shift starts, on extra working days those of
-- another weekday do.
CREATE TABLE calendar_days (
  RECORD,
  -- None: every plant.
  plant_id    integer REFERENCES plants,
  name        text    NOT NULL,
  kind        text    NOT NULL DEFAULT 'holiday' CHECK (kind IN ('holiday', 'shutdown', 'extra_working_day')),
  first_day   date    NOT NULL,
  last_day    date    NOT NULL,
  is_yearly   boolean NOT NULL DEFAULT FALSE,
  -- The weekday whose shifts an extra working day has.
  works_like  text    CHECK (works_like IN ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')),
  CHECK (last_day >= first_day)
);
CREATE INDEX calendar_days_by_plant ON calendar_days (plant_id, first_day);

-- Files that custom fields hold. What is in them stands apart, so that a list of them stays small.
CREATE TABLE files (
  id         uuid      NOT NULL,
  entity     text      NOT NULL,
  field_code text      NOT NULL,
  -- The record that was saved with it; none until then.
  record_id  integer,
  name       text      NOT NULL,
  media_type text      NOT NULL,
  size       integer   NOT NULL,
  -- SHA-256 of the content.
  hash       bytes     NOT NULL,
  user_id    integer   NOT NULL REFERENCES users,
  created_at timestamp NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX files_by_record ON files (entity, record_id);

CREATE TABLE file_contents (
  file_id uuid  NOT NULL REFERENCES files,
  body    bytes NOT NULL,
  PRIMARY KEY (file_id)
) LARGE;
