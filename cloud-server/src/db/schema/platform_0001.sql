-- The platform file: which organisations there are, who may knock, and with which keys.
-- Times are microseconds since 1970 UTC.

CREATE TABLE organizations (
  id            INTEGER PRIMARY KEY,
  uuid          BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
  name          TEXT    NOT NULL,
  slug          TEXT    NOT NULL UNIQUE,
  subdomain     TEXT    NOT NULL UNIQUE,
  is_active     INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  trial_ends_at INTEGER,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- One e-mail, one organisation (Q-135). Reserved before the user exists, confirmed after.
CREATE TABLE logins (
  email           TEXT    PRIMARY KEY,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  confirmed       INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)),
  expires_at      INTEGER
) STRICT, WITHOUT ROWID;

-- The cloud's key pairs, sealed with the master key.
CREATE TABLE cloud_keys (
  id          INTEGER PRIMARY KEY,
  public_key  BLOB    NOT NULL CHECK (length(public_key) = 32),
  wrapped     BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE edges (
  uuid            BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  plant_uuid      BLOB    NOT NULL CHECK (length(plant_uuid) = 16),
  public_key      BLOB    NOT NULL CHECK (length(public_key) = 32),
  cloud_key_id    INTEGER NOT NULL REFERENCES cloud_keys (id),
  enrolled_at     INTEGER NOT NULL,
  revoked_at      INTEGER
) STRICT, WITHOUT ROWID;

-- One-time tokens; only their SHA-256 is kept.
CREATE TABLE enrolment_tokens (
  hash            BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  plant_id        INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  used_at         INTEGER
) STRICT, WITHOUT ROWID;
