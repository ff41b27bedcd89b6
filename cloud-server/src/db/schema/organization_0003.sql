-- Version 3. Written in kinds, see `kinds.rs`.

-- What the roles granted at log-in (RBAC-08, RBAC-10), as a list. None: the log-in was before this column, and has
-- ended with it.
ALTER TABLE sessions ADD COLUMN permissions json;

-- People as files of others name them. A department is looked at when it is written.
ALTER TABLE users ADD COLUMN employee_number text;
ALTER TABLE users ADD COLUMN department_id integer;
CREATE INDEX users_by_employee_number ON users (employee_number);
