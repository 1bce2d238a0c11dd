package guard

import (
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
)

// tally counts what happened in a batch, so that an observer is told once.
type tally struct {
	signal     field.Signal
	bytes      int
	records    int
	last       uint32 // the record counted last
	any        bool
	outcomes   map[uint32]finding.Outcome // of records that are not clean
	findings   map[finding.Finding]int
	suppressed map[string]int
	tombstoned [field.NumReasons]int
}

// slot counts a slot's bytes and, where it opens a record, the record. Slots come
// record by record.
func (t *tally) slot(sl *slot) {
	t.signal = sl.Place.Signal
	t.bytes += len(sl.Text)
	if !shared(sl.Place.Part) && (!t.any || sl.Record != t.last) {
		t.any, t.last = true, sl.Record
		t.records++
	}
}

// shared reports whether the part stands on a resource or scope, and so belongs
// to no single record.
func shared(p field.Part) bool {
	switch p {
	case field.ResourceAttribute, field.ScopeAttribute, field.ScopeName, field.ScopeVersion, field.SchemaURL, field.EntityRef,
		field.MetricName, field.MetricDescription, field.MetricUnit, field.MetricMetadata:
		return true
	}
	return false
}

func (t *tally) outcome(sl *slot, o finding.Outcome) {
	if shared(sl.Place.Part) {
		return
	}
	if t.outcomes == nil {
		t.outcomes = map[uint32]finding.Outcome{}
	}
	t.outcomes[sl.Record] = max(t.outcomes[sl.Record], o)
}

func (t *tally) found(f finding.Finding) {
	if t.findings == nil {
		t.findings = map[finding.Finding]int{}
	}
	t.findings[f]++
}

func (t *tally) suppress(rule string) {
	if t.suppressed == nil {
		t.suppressed = map[string]int{}
	}
	t.suppressed[rule]++
}

func (t *tally) report(o finding.Observer) {
	var by [finding.Dropped + 1]int
	for _, outcome := range t.outcomes {
		by[outcome]++
	}
	by[finding.Clean] = t.records - len(t.outcomes)
	for outcome, n := range by {
		if n > 0 {
			o.Records(t.signal, finding.Outcome(outcome), n)
		}
	}
	if t.bytes > 0 {
		o.Bytes(t.signal, t.bytes)
	}
	for f, n := range t.findings {
		o.Found(f, n)
	}
	for rule, n := range t.suppressed {
		o.Suppressed(rule, n)
	}
	for r, n := range t.tombstoned {
		if n > 0 {
			o.Tombstoned(field.Reason(r), n)
		}
	}
}

func (t *tally) reset() {
	clear(t.outcomes)
	clear(t.findings)
	clear(t.suppressed)
	*t = tally{outcomes: t.outcomes, findings: t.findings, suppressed: t.suppressed}
}
