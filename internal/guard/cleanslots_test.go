package guard

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// decide is what a gate says of a batch.
func decide(g *Guard, slots []field.Slot) (edits []field.Edit, known int) {
	s := g.Session(context.Background())
	defer s.Close()
	for _, f := range slots {
		s.Add(f)
	}
	found, _ := s.Resolve()
	for i := range s.slots {
		if s.slots[i].known {
			known++
		}
	}
	return slices.Clone(found), known
}

// forget throws the memories of past batches away.
func forget(g *Guard) {
	for len(g.idle) > 0 {
		<-g.idle
	}
}

func TestCleanSlots(t *testing.T) {
	g := newGuard(t, nil)
	slots := []field.Slot{
		{Ref: 1, Text: "worker-7", Place: field.Place{Part: field.Attribute, Key: "thread", Path: "thread"}},
		{Ref: 2, Text: "hunter2", Place: field.Place{Part: field.Attribute, Key: "password", Path: "password"}},
		{Ref: 3, Text: "hunter2", Place: field.Place{Part: field.Attribute, Key: "message", Path: "message"}},
	}
	for round, want := range []int{0, 0, 2} {
		edits, known := decide(g, slots)
		if known != want {
			t.Errorf("round %d: %d texts are known to be clean, want %d", round, known, want)
		}
		if len(edits) != 1 || edits[0].Ref != 2 {
			t.Errorf("round %d: %d edits, want one of the password", round, len(edits))
		}
	}
	if err := g.Swap(g.Policy()); err != nil {
		t.Fatal(err)
	}
	if _, known := decide(g, slots); known != 0 {
		t.Errorf("after a reload %d texts are known to be clean", known)
	}
}

// A gate that remembers decides as one that does not, whatever came before.
func TestMemoryChangesNothing(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Fields.Mask = []string{"cvv"}; p.Fields.Leave = []string{"hash"} })
	fresh := newGuard(t, func(p *policy.Policy) { p.Fields.Mask = []string{"cvv"}; p.Fields.Leave = []string{"hash"} })
	places := []field.Place{
		{Part: field.Body}, {Part: field.Line}, {Part: field.SeverityText}, {Part: field.EntityRef},
		{Part: field.Attribute, Key: "message", Path: "message"}, {Part: field.Attribute, Key: "password", Path: "password"},
		{Part: field.Attribute, Key: "args", Path: "args"}, {Part: field.Attribute, Key: "cvv", Path: "cvv"}, {Part: field.Attribute, Key: "hash", Path: "hash"},
		{Part: field.Attribute, Key: "name", Path: "env.name"}, {Part: field.Attribute, Key: "value", Path: "env.value"},
		{Part: field.Attribute, Key: "b", Path: "a.b"}, {Part: field.Attribute, Key: "a.b", Path: "a.b"}, {Part: field.ResourceAttribute, Key: "message", Path: "message"},
		{Part: field.Attribute, Key: "vendorco", Path: "vendorco"},
	}
	texts := []string{
		"hunter2", "pat_0123456789ab", "password", "--password", "GET", "x", "see pat_0123456789ab and more", "QQ123456", "badge", "0123456789abcdef0123", "a=b",
		"value", "-----BEGIN KEY-----", "abcdefgh", "-----END KEY-----", "[redacted:pat]", "4111", "1111 1111 1111", "password=hunter2", "joe@example.org",
	}
	kinds := []field.Kind{field.String, field.String, field.String, field.Key, field.Number, field.Bytes}
	remembered := 0
	rapid.Check(t, func(t *rapid.T) {
		var slots []field.Slot
		record := uint32(1)
		for i := range rapid.IntRange(1, 12).Draw(t, "slots") {
			record += uint32(rapid.IntRange(0, 1).Draw(t, "next"))
			f := field.Slot{
				Ref: uint32(i), Record: record, Text: rapid.SampledFrom(texts).Draw(t, "text"),
				Place: rapid.SampledFrom(places).Draw(t, "place"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			}
			if f.Kind == field.Key {
				f.Place.Key, f.Place.Path = f.Text, f.Text
			}
			slots = append(slots, f)
		}
		got, known := decide(g, slots)
		remembered += known
		forget(fresh)
		want, _ := decide(fresh, slots)
		if !slices.Equal(got, want) {
			t.Errorf("%d edits with a memory, %d without", len(got), len(want))
		}
	})
	if remembered == 0 {
		t.Error("nothing was ever remembered")
	}
}
