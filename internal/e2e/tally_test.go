//go:build e2e && linux

package e2e

import (
	"strconv"
	"sync"
	"testing"
)

// tally is the conservation check: which numbered records were acknowledged to a
// sender, and which were delivered how often.
type tally struct {
	mu           sync.Mutex
	acknowledged map[string]bool
	delivered    map[string]int
}

func newTally() *tally { return &tally{acknowledged: map[string]bool{}, delivered: map[string]int{}} }

func number(producer string, seq int) string { return producer + "/" + strconv.Itoa(seq) }

func (t *tally) acknowledge(producer string, from, to int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for seq := from; seq < to; seq++ {
		t.acknowledged[number(producer, seq)] = true
	}
}

func (t *tally) deliver(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delivered[id]++
}

// count returns how many were acknowledged, how many distinct ones were
// delivered, how many acknowledged ones were not, and how many came again.
func (t *tally) count() (acknowledged, delivered, lost, duplicates int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.acknowledged {
		if t.delivered[id] == 0 {
			lost++
		}
	}
	for _, n := range t.delivered {
		duplicates += n - 1
	}
	return len(t.acknowledged), len(t.delivered), lost, duplicates
}

// missing fails the test for each acknowledged record that was not delivered.
func (t *tally) missing(test *testing.T) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for id := range t.acknowledged {
		if t.delivered[id] > 0 {
			continue
		}
		if n++; n > 10 {
			test.Error("and more")
			return
		}
		test.Errorf("%s was acknowledged and is not delivered", id)
	}
}

// complete says whether everything acknowledged has been delivered.
func (t *tally) complete() bool {
	_, _, lost, _ := t.count()
	return lost == 0
}
