-- A leak is one source and one kind. Times are milliseconds since 1970 in UTC, 0 for
-- none; names not known are empty. What is written here is the same for both databases.

CREATE TABLE leak (
    id               TEXT PRIMARY KEY,
    service          TEXT NOT NULL,
    namespace        TEXT NOT NULL,
    scope            TEXT NOT NULL,
    rule             TEXT NOT NULL,
    class            TEXT NOT NULL,
    severity         TEXT NOT NULL,
    confidence       TEXT NOT NULL,
    signal           TEXT NOT NULL,
    place            TEXT NOT NULL,
    field            TEXT NOT NULL,
    template         TEXT NOT NULL,
    action           TEXT NOT NULL,
    level            TEXT NOT NULL,
    version          TEXT NOT NULL, -- of the service when the leak was seen last
    first_version    TEXT NOT NULL, -- when it was seen first
    version_before   TEXT NOT NULL, -- one seen earlier without it
    owner            TEXT NOT NULL, -- as the service's own attributes say
    count            BIGINT NOT NULL,
    exposed          BIGINT NOT NULL, -- of count
    first_seen       BIGINT NOT NULL,
    last_seen        BIGINT NOT NULL,
    known_values     BIGINT NOT NULL, -- how many fingerprints were written to leak_value
    beyond           BIGINT NOT NULL, -- the most values a single window could not tell apart, about
    sketch           TEXT NOT NULL,   -- of all fingerprints, once known_values is at its bound
    state            TEXT NOT NULL,
    state_since      BIGINT NOT NULL,
    state_by         TEXT NOT NULL,
    state_reason     TEXT NOT NULL,
    state_expires    BIGINT NOT NULL
);
CREATE INDEX leak_last_seen ON leak (last_seen, id);
CREATE INDEX leak_service ON leak (service, last_seen);
CREATE INDEX leak_state ON leak (state, last_seen);

CREATE TABLE leak_hour (
    leak_id TEXT NOT NULL REFERENCES leak (id) ON DELETE CASCADE,
    hour    BIGINT NOT NULL, -- its beginning
    count   BIGINT NOT NULL,
    exposed BIGINT NOT NULL,
    PRIMARY KEY (leak_id, hour)
);
CREATE INDEX leak_hour_hour ON leak_hour (hour);

CREATE TABLE leak_value (
    leak_id     TEXT NOT NULL REFERENCES leak (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    count       BIGINT NOT NULL,
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    PRIMARY KEY (leak_id, fingerprint)
);
CREATE INDEX leak_value_fingerprint ON leak_value (fingerprint);

CREATE TABLE leak_place (
    leak_id    TEXT NOT NULL REFERENCES leak (id) ON DELETE CASCADE,
    place_id   TEXT NOT NULL,
    version    TEXT NOT NULL,
    instance   TEXT NOT NULL, -- the pod, else the host
    file       TEXT NOT NULL,
    line       BIGINT NOT NULL,
    function   TEXT NOT NULL,
    span       TEXT NOT NULL,
    level      TEXT NOT NULL,
    sdk        TEXT NOT NULL,
    count      BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    PRIMARY KEY (leak_id, place_id)
);

CREATE TABLE leak_destination (
    leak_id   TEXT NOT NULL REFERENCES leak (id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    masked    BIGINT NOT NULL,
    exposed   BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (leak_id, name)
);

CREATE TABLE service_version (
    service    TEXT NOT NULL,
    namespace  TEXT NOT NULL,
    version    TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    PRIMARY KEY (service, namespace, version)
);

-- Each entry holds the hash of the one before: see Entry.
CREATE TABLE audit (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    leak_id  TEXT NOT NULL,
    was      TEXT NOT NULL,
    became   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    expires  BIGINT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
);
CREATE INDEX audit_leak ON audit (leak_id);
