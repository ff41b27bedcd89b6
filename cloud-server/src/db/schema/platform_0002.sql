-- The platform store: which organisations there are, who may knock, and with which keys. Written in kinds,
-- see `kinds.rs`; no row belongs to an organisation's own data.

CREATE TABLE organizations (
  id               serial    NOT NULL,
  uuid             uuid      NOT NULL,
  name             text      NOT NULL,
  slug             text      NOT NULL,
  subdomain        text      NOT NULL,
  is_active        boolean   NOT NULL DEFAULT TRUE,
  trial_ends_at    timestamp,
  -- Paid for until then; without an end for as long as it is not ended.
  subscribed_from  timestamp,
  subscribed_until timestamp,
  created_at       timestamp NOT NULL,
  updated_at       timestamp NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (uuid),
  UNIQUE (slug),
  UNIQUE (subdomain)
);

-- One e-mail, one organisation (Q-135). Reserved before the user exists, confirmed after.
CREATE TABLE logins (
  email           text      NOT NULL,
  organization_id integer   NOT NULL REFERENCES organizations,
  confirmed       boolean   NOT NULL DEFAULT FALSE,
  expires_at      timestamp,
  PRIMARY KEY (email)
);

-- The cloud's key pairs, sealed with the master key.
CREATE TABLE cloud_keys (
  id         serial    NOT NULL,
  public_key bytes     NOT NULL,
  wrapped    bytes     NOT NULL,
  created_at timestamp NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE edges (
  uuid            uuid      NOT NULL,
  organization_id integer   NOT NULL REFERENCES organizations,
  plant_uuid      uuid      NOT NULL,
  public_key      bytes     NOT NULL,
  cloud_key_id    integer   NOT NULL REFERENCES cloud_keys,
  enrolled_at     timestamp NOT NULL,
  revoked_at      timestamp,
  PRIMARY KEY (uuid)
);

-- One-time tokens; only their SHA-256 is kept.
CREATE TABLE enrolment_tokens (
  hash            bytes     NOT NULL,
  organization_id integer   NOT NULL REFERENCES organizations,
  plant_id        integer   NOT NULL,
  created_at      timestamp NOT NULL,
  expires_at      timestamp NOT NULL,
  used_at         timestamp,
  PRIMARY KEY (hash)
);
