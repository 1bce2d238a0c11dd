package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
)

// tally counts what a gate did, for a summary at the end.
type tally struct {
	mu         sync.Mutex
	found      map[string]int // by rule
	exposed    map[string]int
	records    map[finding.Outcome]int
	suppressed int
	tombstoned int // bytes
}

var _ finding.Observer = (*tally)(nil)

func newTally() *tally {
	return &tally{found: map[string]int{}, exposed: map[string]int{}, records: map[finding.Outcome]int{}}
}

// Found implements finding.Observer.
func (t *tally) Found(f finding.Finding, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.Exposed {
		t.exposed[f.Rule] += n
		return
	}
	t.found[f.Rule] += n
}

// Records implements finding.Observer.
func (t *tally) Records(_ field.Signal, o finding.Outcome, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records[o] += n
}

// Bytes implements finding.Observer.
func (t *tally) Bytes(field.Signal, int) {}

// Tombstoned implements finding.Observer.
func (t *tally) Tombstoned(_ field.Reason, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tombstoned += n
}

// Suppressed implements finding.Observer.
func (t *tally) Suppressed(_ string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.suppressed += n
}

// print writes the summary.
func (t *tally) print(w io.Writer, s linewalk.Stats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(w, "%d lines; records: %d clean, %d masked, %d tombstoned, %d dropped\n", s.Lines,
		t.records[finding.Clean], t.records[finding.Masked], t.records[finding.Tombstoned], t.records[finding.Dropped])
	counts(w, "masked", t.found)
	counts(w, "found and left, in shadow mode", t.exposed)
	for _, c := range []struct {
		n    int
		what string
	}{
		{t.suppressed, "findings exempt by the policy"},
		{s.Repaired, "lines with invalid UTF-8, now U+FFFD"},
		{s.TooDeep, "values nested too deep, now tombstones"},
		{s.TooLong, "lines too long to examine"},
		{s.Panicked, "lines that could not be examined"},
	} {
		if c.n > 0 {
			fmt.Fprintf(w, "%d %s\n", c.n, c.what)
		}
	}
}

func counts(w io.Writer, what string, by map[string]int) {
	if len(by) == 0 {
		return
	}
	rules := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		if by[a] != by[b] {
			return by[b] - by[a]
		}
		return strings.Compare(a, b)
	})
	fmt.Fprintln(w, what+":")
	for _, r := range rules {
		fmt.Fprintf(w, "%8d  %s\n", by[r], r)
	}
}
