-- Version 3. Written in kinds, see `kinds.rs`.

-- What the roles granted at log-in (RBAC-08, RBAC-10), as a list. None: the log-in was before this column, and has
-- ended with it.
ALTER TABLE sessions ADD COLUMN permissions json;
