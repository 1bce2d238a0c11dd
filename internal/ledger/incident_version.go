package ledger

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/internal/watch"
)

// newcomer is what a version leaks of a class and none before did.
type newcomer struct {
	leaks       []string
	count       int64
	last        int64
	before      string
	versionSeen int64
}

// versions opens incidents for versions that leak what the one before did not: a
// rule that no other version of the service was seen with.
func (s *sight) versions() error {
	type group struct {
		watch.Source
		version string
	}
	groups := map[group]*newcomer{}
	since := millis(s.now.Add(-fresh))
	err := s.db.read(s.ctx, func(rows *sql.Rows) error {
		var g group
		var id, before string
		var count, last, version int64
		err := rows.Scan(&g.Service, &g.Namespace, &g.Class, &g.version, &id, &before, &count, &last, &version)
		n := groups[g]
		if n == nil {
			n = &newcomer{before: before, versionSeen: version}
			groups[g] = n
		}
		n.count, n.last = n.count+count, max(n.last, last)
		if len(n.leaks) < maxLinked {
			n.leaks = append(n.leaks, id)
		}
		return err
	}, `SELECT k.service, k.namespace, k.class, k.first_version, k.id, k.version_before, k.count, k.last_seen, v.first_seen
		FROM leak k JOIN service_version v ON v.service = k.service AND v.namespace = k.namespace AND v.version = k.first_version
		WHERE k.first_seen >= ? AND v.first_seen >= ? AND k.version_before <> ''
		AND NOT EXISTS (SELECT 1 FROM leak o WHERE o.service = k.service AND o.namespace = k.namespace AND o.class = k.class
			AND o.rule = k.rule AND o.first_version <> k.first_version)
		AND NOT EXISTS (SELECT 1 FROM leak_place p WHERE p.leak_id = k.id AND p.version <> k.first_version)
		ORDER BY k.count DESC, k.id`, since, since)
	if err != nil {
		return err
	}
	order := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Class, b.Class), cmp.Compare(a.version, b.version))
	})
	for _, g := range order {
		n := groups[g]
		key := incidentKey{VersionIncident, g.Source, g.version}
		if row := s.byKey[key]; row != nil {
			if err := s.link(row, n.leaks); err != nil {
				return err
			}
			continue
		}
		if row := s.byKey[incidentKey{NoveltyIncident, g.Source, ""}]; row != nil {
			continue // it was told already
		}
		var watched int64
		err := s.db.read(s.ctx, func(rows *sql.Rows) error { return rows.Scan(&watched) },
			`SELECT COALESCE(MIN(first_seen), 0) FROM service_version WHERE service = ? AND namespace = ? AND version <> ? AND first_seen < ?`,
			g.Service, g.Namespace, g.version, n.versionSeen)
		if err != nil {
			return err
		}
		if watched == 0 {
			// The version before never leaked: a gate saw it, since the watch began at the most.
			watched = millis(s.watching.since)
		}
		before, after := time.Duration(n.versionSeen-watched)*time.Millisecond, s.now.Sub(fromMillis(n.versionSeen))
		chance := watch.NewVersion(before, after, n.count)
		if chance > watch.FalseVersions {
			continue
		}
		err = s.begin(opening{
			incidentKey: key, observed: n.count, span: spanTotal, leaks: n.leaks,
			reasons: []string{
				fmt.Sprintf("Version %s leaks this; version %s, seen before, did not.", g.version, n.before),
				fmt.Sprintf("%d findings since the version was first seen leaking, %s ago, and none in the %s before: at one rate throughout the chance of that is %s.",
					n.count, lasting(after), lasting(before), odds(chance)),
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func odds(chance float64) string {
	if chance < 1e-6 {
		return "less than one in a million"
	}
	return fmt.Sprintf("one in %.0f", 1/chance)
}
