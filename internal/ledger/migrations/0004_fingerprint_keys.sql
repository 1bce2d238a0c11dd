-- Keys under which fingerprints were made, by id, and when: a fingerprint is the id, a
-- colon and 16 characters. Who traces a value without one of them is told.

CREATE TABLE fingerprint_key (
    id         TEXT PRIMARY KEY,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL
);

INSERT INTO fingerprint_key (id, first_seen, last_seen)
    SELECT substr(fingerprint, 1, length(fingerprint) - 17), MIN(first_seen), MAX(last_seen)
    FROM leak_value WHERE length(fingerprint) > 17 GROUP BY 1;
