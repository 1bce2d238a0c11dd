package finding

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func event(ruleID, service, fingerprint string) Event {
	return Event{
		Finding:     Finding{Rule: ruleID, Class: rule.Secret, Service: service, Signal: field.Logs, Part: field.Body},
		Origin:      Origin{Resource: NewAttrs([][2]string{{"service.name", service}, {"k8s.pod.name", service + "-a"}})},
		Fingerprint: fingerprint, Length: 20,
	}
}

// counted is how often each rule and fingerprint stands in rows.
func counted(rows []Row) map[string]int {
	got := map[string]int{}
	for _, r := range rows {
		got[r.Rule+" "+r.Service+" "+r.Fingerprint] += r.Count
	}
	return got
}

func TestHubCounts(t *testing.T) {
	h := NewHub()
	tap, err := h.Take()
	if err != nil {
		t.Fatal(err)
	}
	s := h.Sink([]string{"otlp/b", "otlp/a"})
	s.Publish([]Event{event("a", "x", "k1:1"), event("a", "x", "k1:1"), event("a", "x", "k1:2"), event("b", "x", ""), event("a", "y", "k1:1")})
	rows := tap.Rows()
	want := map[string]int{"a x k1:1": 2, "a x k1:2": 1, "b x ": 1, "a y k1:1": 1}
	if got := counted(rows); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, r := range rows {
		if fmt.Sprint(r.Destinations) != "[otlp/a otlp/b]" || r.Length != 20 || r.First.After(r.Last) || time.Since(r.First) > time.Minute {
			t.Errorf("%+v", r)
		}
	}
	if rows := tap.Rows(); len(rows) != 0 {
		t.Errorf("%d rows are left", len(rows))
	}
	s.Publish([]Event{event("a", "x", "k1:1")})
	if rows := tap.Close(); len(rows) != 1 {
		t.Errorf("%d rows at the end, want 1", len(rows))
	}
	if s.Listening() || h.Dropped() != 0 {
		t.Errorf("listening: %v, dropped: %d", s.Listening(), h.Dropped())
	}
	s.Publish([]Event{event("a", "x", "k1:1")})
	if h.Dropped() != 1 {
		t.Errorf("%d are counted as dropped after the end, want 1", h.Dropped())
	}
}

func TestHubHasOneTap(t *testing.T) {
	h := NewHub()
	tap, err := h.Take()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Take(); err == nil {
		t.Error("two taps")
	}
	tap.Close()
	if tap, err = h.Take(); err != nil {
		t.Error(err)
	}
	tap.Close()
}

func TestHubNamed(t *testing.T) {
	if HubNamed("a") != HubNamed("a") || HubNamed("a") == HubNamed("b") {
		t.Error("a name is not a hub")
	}
}

// TestHubIsBounded: whatever comes, every finding is in a row or counted as dropped.
func TestHubIsBounded(t *testing.T) {
	h := NewHub()
	tap, err := h.Take()
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	s := h.Sink(nil)
	const values = 20 * maxRowValues
	n := 0
	for i := range values {
		s.Publish([]Event{event("a", "x", fmt.Sprint("k1:", i))})
		n++
	}
	for i := range 2 * maxRows {
		e := event("b", fmt.Sprint("x", i%(2*maxCoarse)), "")
		e.Template = fmt.Sprint(i)
		s.Publish([]Event{e})
		n++
	}
	rows := tap.Rows()
	if most := maxRows + maxCoarse + maxRowValues + 1; len(rows) > most {
		t.Errorf("%d rows, want at most %d", len(rows), most)
	}
	sum, overflows := 0, 0
	for _, r := range rows {
		sum += r.Count
		if r.Overflow {
			overflows++
			if want := values - maxRowValues; r.Distinct < want*3/4 || r.Distinct > want*5/4 || r.Count != want {
				t.Errorf("overflow of %d values in %d findings, want about %d", r.Distinct, r.Count, want)
			}
		}
	}
	if got := sum + int(h.Dropped()); got != n || overflows != 1 {
		t.Errorf("%d in rows and %d dropped of %d; %d overflow rows", sum, h.Dropped(), n, overflows)
	}
	if h.Dropped() == 0 {
		t.Error("nothing was dropped: the test does not reach the bound")
	}
}

func TestHubIsConcurrent(t *testing.T) {
	h := NewHub()
	tap, err := h.Take()
	if err != nil {
		t.Fatal(err)
	}
	const workers, each = 8, 2000
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			s := h.Sink(nil)
			for i := range each {
				s.Publish([]Event{event("a", fmt.Sprint(w), fmt.Sprint("k1:", i%10))})
			}
		})
	}
	sum := 0
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
		}
		for _, r := range tap.Rows() {
			sum += r.Count
		}
	}
	for _, r := range tap.Close() {
		sum += r.Count
	}
	if sum != workers*each {
		t.Errorf("%d, want %d", sum, workers*each)
	}
}

func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 10, 100, 1000, 10_000, 100_000} {
		var a, b Sketch
		for i := range n {
			a.Add(fmt.Sprint("k1:", i/2))
			b.Add(fmt.Sprint("k1:", i))
		}
		back := ParseSketch(b.String())
		a.Merge(&back)
		if got := a.Estimate(); float64(got) < 0.8*float64(n) || float64(got) > 1.2*float64(n) {
			t.Errorf("%d of %d", got, n)
		}
	}
	if s := ParseSketch("x"); s.Estimate() != 0 {
		t.Error("what is no sketch counts")
	}
}

func TestAttrs(t *testing.T) {
	a := NewAttrs([][2]string{{"b", "2"}, {"a", "1"}, {"c", ""}, {"a", "3"}, {"d", "x\x00y\x01z"}})
	if a.Get("a") != "1" || a.Get("b") != "2" || a.Get("c") != "" || a.Get("d") != "x y z" {
		t.Errorf("%q", a)
	}
	if got := a.Only("b"); got.Get("b") != "2" || got.Get("a") != "" {
		t.Errorf("%q", got)
	}
	if a != NewAttrs([][2]string{{"d", "x\x00y\x01z"}, {"a", "1"}, {"b", "2"}}) {
		t.Error("the order matters")
	}
}
