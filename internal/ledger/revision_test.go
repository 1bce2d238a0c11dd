package ledger

import (
	"slices"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// TestRevision: it changes with every finding and every decision, late ones too, and
// else it does not.
func TestRevision(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, _ *clock) {
		l := open(t, o)
		defer closed(t, l)
		seen := map[string]string{}
		next := func(what string) {
			t.Helper()
			r, err := l.Revision(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if before, ok := seen[r]; ok {
				t.Errorf("after %s as after %s", what, before)
			}
			seen[r] = what
			if again, err := l.Revision(t.Context()); err != nil || again != r {
				t.Errorf("after %s: %q and then %q, %v", what, r, again, err)
			}
		}
		next("nothing")
		record := func(rows ...finding.Row) {
			t.Helper()
			if err := l.Record(t.Context(), rows); err != nil {
				t.Fatal(err)
			}
		}
		record(found(noon, nil))
		next("a finding")
		record(found(noon, nil))
		next("one that is no later")
		p, err := l.Leaks(t.Context(), Filter{})
		if err != nil || len(p.Leaks) != 1 {
			t.Fatal(p, err)
		}
		if err := l.SetState(t.Context(), p.Leaks[0].ID, Change{State: Fixed, By: "ann"}); err != nil {
			t.Fatal(err)
		}
		next("a decision")
		for _, e := range []struct {
			exposure Exposure
			want     int
		}{{"", 1}, {Masked, 1}, {Exposed, 0}} {
			if p, err := l.Leaks(t.Context(), Filter{Exposure: e.exposure}); err != nil || len(p.Leaks) != e.want {
				t.Errorf("%q: %d leaks, want %d, %v", e.exposure, len(p.Leaks), e.want, err)
			}
		}
		record(found(noon, func(r *finding.Row) { r.Resource = finding.NewAttrs([][2]string{{"service.name", "api"}}) }))
		if names, err := l.Services(t.Context(), 10); err != nil || !slices.Equal(names, []string{"api", "checkout"}) {
			t.Errorf("%q, %v", names, err)
		}
	})
}
