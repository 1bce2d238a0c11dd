package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// The bounds of what a ledger keeps. Names come from telemetry, and who sends it
// can make up as many as they like.
const (
	// maxValues is how many fingerprints of one leak are kept; beyond it the number
	// of different ones is estimated.
	maxValues = 1000
	// maxPlaces is how many places of one leak are kept.
	maxPlaces = 200
	// maxLeaks is how many leaks one rule may have in one service. Beyond it those
	// with new templates and fields are counted as one.
	maxLeaks = 500
)

// key is what makes a leak.
type key struct {
	service, namespace, scope, rule, class, place, field, template string
}

func keyOf(r *finding.Row) key {
	return key{
		r.Resource.Get("service.name"), namespaceOf(r), r.Scope, r.Rule, string(r.Class),
		r.Part.String(), r.Field, r.Template,
	}
}

// coarse is the leak that stands for all there is no room for.
func (k key) coarse() key {
	k.scope, k.field, k.template = "", "", ""
	return k
}

// id is a leak's id: 16 characters of lower-case base32 that follow from the key,
// so that every process gives the same.
func (k key) id() string {
	h := sha256.New()
	for _, s := range []string{k.service, k.namespace, k.scope, k.rule, k.class, k.place, k.field, k.template} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:10]))
}

func namespaceOf(r *finding.Row) string {
	for _, k := range []string{"service.namespace", "k8s.namespace.name"} {
		if v := r.Resource.Get(k); v != "" {
			return v
		}
	}
	return ""
}

func ownerOf(r *finding.Row) string {
	for _, k := range []string{"service.owner", "service.team", "owner", "team"} {
		if v := r.Resource.Get(k); v != "" {
			return v
		}
	}
	return ""
}

func instanceOf(r *finding.Row) string {
	for _, k := range []string{"k8s.pod.name", "service.instance.id", "host.name"} {
		if v := r.Resource.Get(k); v != "" {
			return v
		}
	}
	return ""
}

func sdkOf(r *finding.Row) string {
	return strings.TrimSpace(strings.Join([]string{
		r.Resource.Get("telemetry.sdk.name"), r.Resource.Get("telemetry.sdk.language"), r.Resource.Get("telemetry.sdk.version"),
	}, " "))
}

// news is what a batch has to say of one leak.
type news struct {
	key         key
	sample      *finding.Row // the row seen last
	began       *finding.Row // the row seen first: one batch may hold two versions
	count       int64
	exposed     int64
	first, last int64
	beyond      int64 // values that were not told apart
	values      map[string]*seen
	hours       map[int64]*split
	places      map[place]*seen
	to          map[string]*split
}

type seen struct{ count, first, last int64 }

func (s *seen) add(n, first, last int64) {
	if s.count == 0 || first < s.first {
		s.first = first
	}
	s.count += n
	s.last = max(s.last, last)
}

// split is a count of values masked and exposed.
type split struct{ masked, exposed, last int64 }

type place struct {
	version, instance, file string
	line                    int
	function, span, level   string
	sdk                     string
}

func (p place) id() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{p.version, p.instance, p.file, p.line, p.function, p.span, p.level, p.sdk}))
	return hex.EncodeToString(sum[:8])
}

// Record writes findings into the ledger: all of them or, on an error, none.
func (l *Ledger) Record(ctx context.Context, rows []finding.Row) error {
	if len(rows) == 0 {
		return nil
	}
	now := l.options.now()
	by := map[string]*news{}
	for i := range rows {
		gather(by, &rows[i], millis(now))
	}
	err := l.db.write(ctx, func(tx *tx) error {
		// In one order, so that two processes do not wait for each other.
		for _, id := range slices.Sorted(maps.Keys(by)) {
			if err := tx.record(id, by[id], now); err != nil {
				return fmt.Errorf("findings can't be recorded: %w", err)
			}
		}
		if err := tx.versions(rows, millis(now)); err != nil {
			return err
		}
		return tx.keys(rows, millis(now))
	})
	if err == nil {
		l.watching.recorded()
	}
	return err
}

func gather(by map[string]*news, r *finding.Row, now int64) {
	k := keyOf(r)
	id := k.id()
	n := by[id]
	// A clock that runs ahead must not make what comes later look old.
	first, last := min(millis(r.First), now), min(millis(r.Last), now)
	if n == nil {
		n = &news{key: k, first: first, began: r, values: map[string]*seen{}, hours: map[int64]*split{}, places: map[place]*seen{}, to: map[string]*split{}}
		by[id] = n
	}
	count := int64(r.Count)
	n.count += count
	if first < n.first {
		n.first, n.began = first, r
	}
	if last >= n.last {
		n.last, n.sample = last, r
	}
	var exposed int64
	if r.Exposed {
		exposed = count
		n.exposed += count
	}
	if r.Overflow {
		n.beyond = max(n.beyond, int64(r.Distinct))
	}
	if r.Fingerprint != "" {
		at(n.values, r.Fingerprint).add(count, first, last)
	}
	for _, s := range append([]*split{at(n.hours, last-last%time.Hour.Milliseconds())}, destinations(n.to, r.Destinations)...) {
		s.masked += count - exposed
		s.exposed += exposed
		s.last = max(s.last, last)
	}
	p := place{r.Resource.Get("service.version"), instanceOf(r), r.File, r.Line, r.Function, r.Span, r.Level, sdkOf(r)}
	at(n.places, p).add(count, first, last)
}

func destinations(to map[string]*split, names []string) (s []*split) {
	for _, name := range names {
		s = append(s, at(to, name))
	}
	return s
}

// at is the entry of m at k, made if it is not there.
func at[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}

// current is what must be known of a leak to write news of it.
type current struct {
	state          State
	since, expires int64
	values         int64
	beyond         int64
	sketch         string
}

func (t *tx) record(id string, n *news, now time.Time) error {
	id, err := t.ensure(id, n, now)
	if err != nil {
		return err
	}
	var c current
	err = t.row(`SELECT state, state_since, state_expires, known_values, beyond, sketch FROM leak WHERE id = ?`+t.lock(), id).
		Scan(&c.state, &c.since, &c.expires, &c.values, &c.beyond, &c.sketch)
	if err != nil {
		return err
	}
	fresh, err := t.recordValues(id, n, &c)
	if err != nil {
		return err
	}
	r := n.sample
	_, err = t.exec(`UPDATE leak SET count = count + ?, exposed = exposed + ?,
		first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END,
		first_version = CASE WHEN first_seen > ? THEN ? ELSE first_version END,
		version_before = CASE WHEN first_seen > ? THEN ? ELSE version_before END,
		version = CASE WHEN last_seen > ? OR ? = '' THEN version ELSE ? END,
		last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END,
		severity = ?, confidence = ?, action = ?, level = ?, owner = CASE WHEN ? = '' THEN owner ELSE ? END,
		known_values = ?, beyond = ?, sketch = ? WHERE id = ?`,
		n.count, n.exposed, n.first, n.first, n.first, n.began.Resource.Get("service.version"), n.first, n.began.VersionBefore, n.last, r.Resource.Get("service.version"), r.Resource.Get("service.version"), n.last, n.last,
		r.Severity, r.Confidence.String(), r.Action.String(), r.Level, ownerOf(r), ownerOf(r), c.values, c.beyond, c.sketch, id)
	if err != nil {
		return err
	}
	if err := t.recordWhere(id, n); err != nil {
		return err
	}
	if why := c.ends(n, fresh); why != "" {
		return t.reopen(id, c.state, why, now)
	}
	return nil
}

// ends says why a state holds no longer, or nothing.
func (c *current) ends(n *news, fresh bool) string {
	switch {
	case n.last <= c.since:
		return ""
	case c.state == Fixed:
		return "it leaks again"
	case c.state == Rotated && fresh:
		return "a value leaked that was not seen before"
	case c.state == Accepted && c.expires > 0 && n.last >= c.expires:
		return "the time it was accepted for is over"
	}
	return ""
}

// ensure makes the leak if it is not there and returns its id: the coarse leak's
// where there are too many.
func (t *tx) ensure(id string, n *news, now time.Time) (string, error) {
	var one int
	err := t.row(`SELECT 1 FROM leak WHERE id = ?`, id).Scan(&one)
	if err == nil {
		return id, nil
	}
	if none(err) != ErrNotFound {
		return "", err
	}
	k := n.key
	var leaks int
	if err := t.row(`SELECT COUNT(*) FROM leak WHERE service = ? AND namespace = ? AND rule = ?`, k.service, k.namespace, k.rule).Scan(&leaks); err != nil {
		return "", err
	}
	if leaks >= maxLeaks {
		k = k.coarse()
		id = k.id()
	}
	r := n.sample
	version := n.began.Resource.Get("service.version")
	before := n.began.VersionBefore
	if version != "" && before == "" {
		err := t.row(`SELECT version FROM service_version WHERE service = ? AND namespace = ? AND version <> ? AND first_seen < ? ORDER BY last_seen DESC LIMIT 1`,
			k.service, k.namespace, version, n.first).Scan(&before)
		if err != nil && none(err) != ErrNotFound {
			return "", err
		}
	}
	_, err = t.exec(`INSERT INTO leak (id, service, namespace, scope, rule, class, severity, confidence, signal, place, field, template, action, level,
		version, first_version, version_before, owner, count, exposed, first_seen, last_seen, known_values, beyond, sketch,
		state, state_since, state_by, state_reason, state_expires)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, 0, 0, '', ?, ?, '', '', 0) ON CONFLICT (id) DO NOTHING`,
		id, k.service, k.namespace, k.scope, k.rule, k.class, r.Severity, r.Confidence.String(), r.Signal.String(), k.place, k.field, k.template,
		r.Action.String(), r.Level, r.Resource.Get("service.version"), version, before, ownerOf(r), n.first, n.first, string(Unhandled), millis(now))
	return id, err
}

// recordValues writes the fingerprints and reports whether one was not known.
func (t *tx) recordValues(id string, n *news, c *current) (fresh bool, err error) {
	sketch := finding.ParseSketch(c.sketch)
	sketched := c.sketch != ""
	for _, f := range slices.Sorted(maps.Keys(n.values)) {
		v := n.values[f]
		known, err := t.exec(`UPDATE leak_value SET count = count + ?, last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END WHERE leak_id = ? AND fingerprint = ?`,
			v.count, v.last, v.last, id, f)
		if err != nil {
			return false, err
		}
		sketch.Add(f)
		if known > 0 {
			continue
		}
		fresh = true
		if c.values >= maxValues {
			if !sketched {
				if err := t.sketchAll(id, &sketch); err != nil {
					return false, err
				}
				sketched = true
			}
			continue
		}
		if _, err := t.exec(`INSERT INTO leak_value (leak_id, fingerprint, count, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)`, id, f, v.count, v.first, v.last); err != nil {
			return false, err
		}
		c.values++
	}
	if sketched {
		c.sketch = sketch.String()
	}
	c.beyond = max(c.beyond, n.beyond)
	// Where values are not told apart or have no fingerprints, any may be a new one.
	return fresh || n.beyond > 0 || len(n.values) == 0, nil
}

// sketchAll adds the fingerprints that are kept to a sketch that begins now.
func (t *tx) sketchAll(id string, s *finding.Sketch) error {
	known, err := t.ids(`SELECT fingerprint FROM leak_value WHERE leak_id = ?`, id)
	for _, f := range known {
		s.Add(f)
	}
	return err
}

func (t *tx) recordWhere(id string, n *news) error {
	for _, hour := range slices.Sorted(maps.Keys(n.hours)) {
		s := n.hours[hour]
		_, err := t.exec(`INSERT INTO leak_hour (leak_id, hour, count, exposed) VALUES (?, ?, ?, ?)
			ON CONFLICT (leak_id, hour) DO UPDATE SET count = leak_hour.count + excluded.count, exposed = leak_hour.exposed + excluded.exposed`,
			id, hour, s.masked+s.exposed, s.exposed)
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.to)) {
		s := n.to[name]
		_, err := t.exec(`INSERT INTO leak_destination (leak_id, name, masked, exposed, last_seen) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (leak_id, name) DO UPDATE SET masked = leak_destination.masked + excluded.masked,
			exposed = leak_destination.exposed + excluded.exposed, last_seen = excluded.last_seen`,
			id, name, s.masked, s.exposed, s.last)
		if err != nil {
			return err
		}
	}
	var places int
	if err := t.row(`SELECT COUNT(*) FROM leak_place WHERE leak_id = ?`, id).Scan(&places); err != nil {
		return err
	}
	for p, s := range n.places {
		known, err := t.exec(`UPDATE leak_place SET count = count + ?, last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END WHERE leak_id = ? AND place_id = ?`,
			s.count, s.last, s.last, id, p.id())
		if err != nil {
			return err
		}
		if known > 0 || places >= maxPlaces {
			continue
		}
		places++
		_, err = t.exec(`INSERT INTO leak_place (leak_id, place_id, version, instance, file, line, function, span, level, sdk, count, first_seen, last_seen)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, p.id(), p.version, p.instance, p.file, p.line, p.function, p.span, p.level, p.sdk, s.count, s.first, s.last)
		if err != nil {
			return err
		}
	}
	return nil
}

// versions notes which versions of services were seen.
func (t *tx) versions(rows []finding.Row, now int64) error {
	type service struct{ name, namespace, version string }
	all := map[service]*seen{}
	for i := range rows {
		r := &rows[i]
		if v := r.Resource.Get("service.version"); v != "" {
			at(all, service{r.Resource.Get("service.name"), namespaceOf(r), v}).add(1, min(millis(r.First), now), min(millis(r.Last), now))
		}
	}
	order := slices.SortedFunc(maps.Keys(all), func(a, b service) int {
		return strings.Compare(a.name+"\x00"+a.namespace+"\x00"+a.version, b.name+"\x00"+b.namespace+"\x00"+b.version)
	})
	for _, s := range order {
		v := all[s]
		_, err := t.exec(`INSERT INTO service_version (service, namespace, version, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (service, namespace, version) DO UPDATE SET last_seen = excluded.last_seen`,
			s.name, s.namespace, s.version, v.first, v.last)
		if err != nil {
			return err
		}
	}
	return nil
}
