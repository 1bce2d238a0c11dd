package keyring

import (
	"strings"
	"testing"
	"time"
)

// TestDelay: the fresh key waits, and the old one is current till then.
func TestDelay(t *testing.T) {
	first, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := first.Rotate("k2", now, Rotation{Delay: time.Hour, Overlap: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "k1"}, {59 * time.Minute, "k1"}, {time.Hour, "k2"}, {3 * time.Hour, "k2"}} {
		if got := newRing(r.Keys(), now.Add(c.after)).Current().ID; got != c.want {
			t.Errorf("after %s: %s, want %s", c.after, got, c.want)
		}
	}
}

func TestRetired(t *testing.T) {
	first, err := Generate("k1", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/k.yaml"
	if err := first.Create(path); err != nil {
		t.Fatal(err)
	}
	later := now.Add(2 * time.Hour)
	if _, err := Load(path, later); err == nil || !strings.Contains(err.Error(), "no key is valid now") {
		t.Errorf("Load of a retired ring: %v", err)
	}
	r, err := LoadRetired(path, later)
	if err != nil || r.Makes() || r.Current().ID != "" || len(r.Keys()) != 1 {
		t.Fatalf("LoadRetired: %v, %v", r, err)
	}
	r, err = r.Rotate(r.NextID(), later, Rotation{})
	if err != nil || r.Current().ID != "k2" {
		t.Errorf("%v, %v", r, err)
	}
}

func TestPrune(t *testing.T) {
	r := newRing([]Key{
		{ID: "a", Created: now.Add(-9 * time.Hour), NotAfter: now.Add(-8 * time.Hour)},
		{ID: "b", Created: now.Add(-8 * time.Hour), NotAfter: now.Add(-time.Hour)},
		{ID: "c", Created: now.Add(-7 * time.Hour)},
	}, now)
	kept, gone := r.Prune(now.Add(-4*time.Hour), now)
	if len(gone) != 1 || gone[0].ID != "a" || len(kept.Keys()) != 2 || kept.Current().ID != "c" {
		t.Errorf("kept %v, gone %v", kept.Keys(), gone)
	}
	if _, gone := r.Prune(now.Add(-24*time.Hour), now); len(gone) != 0 {
		t.Errorf("gone %v", gone)
	}
}

func TestNextID(t *testing.T) {
	for _, c := range []struct{ ids, want string }{
		{"k1", "k2"}, {"k1 k9 k3", "k10"}, {"prod", "k1"}, {"k", "k1"}, {"k99999999999999", "k1"}, {"k4294967295", "k4294967296"}, {"", "k1"},
	} {
		r := &Ring{}
		for _, id := range strings.Fields(c.ids) {
			r.keys = append(r.keys, Key{ID: id})
		}
		if got := r.NextID(); got != c.want || !ValidID(got) {
			t.Errorf("%s: %s, want %s", c.ids, got, c.want)
		}
	}
}
