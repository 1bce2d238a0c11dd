-- An incident is a source that leaks more than is ordinary for it, or what it did
-- not leak before. Of one kind, source and version one is open at a time, however many
-- processes keep the ledger.

CREATE TABLE incident (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    service         TEXT NOT NULL,
    namespace       TEXT NOT NULL,
    version         TEXT NOT NULL, -- empty unless the incident is about it
    class           TEXT NOT NULL,
    severity        TEXT NOT NULL, -- the highest of its leaks
    rules           TEXT NOT NULL, -- a JSON list
    reasons         TEXT NOT NULL, -- a JSON list of sentences
    span            TEXT NOT NULL, -- what expected and observed count: hour, day, days, or since it was opened
    expected        DOUBLE PRECISION NOT NULL,
    observed        BIGINT NOT NULL,
    opened          BIGINT NOT NULL,
    last_seen       BIGINT NOT NULL,
    closed          BIGINT NOT NULL, -- 0 while it is open
    closed_by       TEXT NOT NULL,
    closed_reason   TEXT NOT NULL,
    reopened        BIGINT NOT NULL, -- how often
    contained_until BIGINT NOT NULL, -- 0 for not at all
    contained_by    TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_open ON incident (kind, service, namespace, class, version) WHERE closed = 0;
CREATE INDEX incident_last_seen ON incident (last_seen, id);
CREATE INDEX incident_source ON incident (service, namespace, class);

CREATE TABLE incident_leak (
    incident_id TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    leak_id     TEXT NOT NULL REFERENCES leak (id) ON DELETE CASCADE,
    PRIMARY KEY (incident_id, leak_id)
);
CREATE INDEX incident_leak_leak ON incident_leak (leak_id);

-- Since when the ledger is watched: what was seen before that is not new.
CREATE TABLE watching (
    since BIGINT PRIMARY KEY
);

CREATE INDEX leak_first_seen ON leak (first_seen);
CREATE INDEX leak_source ON leak (service, namespace, class, first_seen);

ALTER TABLE audit ADD COLUMN incident_id TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_incident ON audit (incident_id);
