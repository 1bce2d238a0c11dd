package finding

import (
	"slices"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

// TestFingerprints: what was noted under a key is found after rotations, in every
// spelling.
func TestFingerprints(t *testing.T) {
	now := time.Now()
	ring, err := keyring.Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	noted := NewFingerprinter(ring).Of("Ann.Lee@example.com")
	for i := range 3 {
		at := now.Add(time.Duration(i+1) * time.Hour)
		if ring, err = ring.Rotate(ring.NextID(), at, keyring.Rotation{Overlap: time.Minute}); err != nil {
			t.Fatal(err)
		}
		all := Fingerprints(ring, "ann.lee@EXAMPLE.com")
		if len(all) != i+2 || !slices.Contains(all, noted) || all[0] != NewFingerprinter(ring).Of("ann.lee@example.com") {
			t.Errorf("after %d rotations: %v, want %s among them", i+1, all, noted)
		}
		for _, f := range all {
			if !IsFingerprint(f) {
				t.Errorf("%s: not the form", f)
			}
		}
	}
	for _, s := range []string{"", "k1:", "k1:a", "K1:aaaaaaaaaaaaaaaa", "k1:aaaaaaaaaaaaaaa1", noted + "a", " " + noted, noted + "\n"} {
		if IsFingerprint(s) {
			t.Errorf("%q passes for a fingerprint", s)
		}
	}
}
