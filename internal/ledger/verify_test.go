package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// written is an audit of n entries as a ledger writes them.
type written []Entry

func writtenAudit(n int) (w written) {
	previous := ""
	for i := range n {
		e := Entry{Seq: int64(i + 1), At: noon, Actor: "responder", Action: "state", Leak: fmt.Sprint("leak", i%3), Was: Unhandled, Became: Fixed, Previous: previous}
		e.Hash = e.hash()
		previous = e.Hash
		w = append(w, e)
	}
	return w
}

func (w written) Audit(_ context.Context, _ string, after int64, limit int) (page []Entry, err error) {
	for _, e := range w {
		if e.Seq > after && len(page) < limit {
			page = append(page, e)
		}
	}
	return page, nil
}

// again writes the entries from i on anew, as someone does who can write the database.
func (w written) again(i int) written {
	for ; i < len(w); i++ {
		w[i].Previous = ""
		if i > 0 {
			w[i].Previous = w[i-1].Hash
		}
		w[i].Seq = int64(i + 1)
		w[i].Hash = w[i].hash()
	}
	return w
}

// TestTampering does each kind of harm to an audit of 2500 entries, more than two
// pages, whose head at 2000 and at the end was noted.
func TestTampering(t *testing.T) {
	whole := writtenAudit(2500)
	at2000, end := Head{2000, whole[1999].Hash}, Head{2500, whole[2499].Hash}
	for _, c := range []struct {
		name  string
		harm  func(written) written
		noted []Head
		want  string // of the fault, "" for whole
	}{
		{"nothing", func(w written) written { return w }, []Head{at2000, end, {0, at2000.Hash}}, ""},
		{"actor", func(w written) written { w[1200].Actor = "bob"; return w }, nil, "1201: entry 1201 was changed"},
		{"time", func(w written) written { w[0].At = noon.AddDate(0, 0, 1); return w }, nil, "1: entry 1 was changed"},
		{"changed with its hash", func(w written) written { w[1200].Actor = "bob"; w[1200].Hash = w[1200].hash(); return w }, nil, "1202: entry 1202 was written for another one before it"},
		{"taken out of the middle", func(w written) written { return slices.Delete(w, 1200, 1203) }, nil, "1204: entry 1204 does not follow entry 1200"},
		{"taken from the start", func(w written) written { return w[5:] }, nil, "6: the audit begins with entry 6"},
		{"two in another order", func(w written) written {
			w[10], w[11] = w[11], w[10]
			w[10].Seq, w[11].Seq = 11, 12
			return w
		}, nil, "11: entry 11 was changed"},
		{"two in another order, with their hashes", func(w written) written {
			w[10], w[11] = w[11], w[10]
			for i := 10; i < 12; i++ {
				w[i].Seq = int64(i + 1)
				w[i].Hash = w[i].hash()
			}
			return w
		}, nil, "11: entry 11 was written for another one before it"},
		{"end, nothing noted", func(w written) written { return w[:2400] }, nil, ""},
		{"end, noted", func(w written) written { return w[:2400] }, []Head{at2000, end}, "2401: entry 2500 was noted and there are 2400: the last ones were taken out"},
		{"end, noted by its hash", func(w written) written { return w[:2400] }, []Head{{0, end.Hash}}, "2401: the head that was noted is not in it"},
		{"end, noted before it", func(w written) written { return w[:2400] }, []Head{at2000}, ""},
		{"all", func(written) written { return nil }, []Head{at2000}, "1: entry 2000 was noted and there are 0"},
		{"written anew, nothing noted", func(w written) written { w[1200].Actor = "bob"; return w.again(1200) }, nil, ""},
		{"written anew, noted", func(w written) written { w[1200].Actor = "bob"; return w.again(1200) }, []Head{end, at2000}, "2500: entry 2500 is another than was noted"},
		{"one taken out and the rest written anew", func(w written) written { return slices.Delete(w, 1200, 1201).again(1200) }, []Head{at2000}, "2000: entry 2000 is another than was noted"},
	} {
		seen := int64(0)
		v, err := VerifyAudit(t.Context(), c.harm(slices.Clone(whole)), c.noted, func(e Entry) { seen++ })
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if !v.Whole {
			got = fmt.Sprintf("%d: %s", v.Broken, v.Fault)
		}
		if (c.want == "") != v.Whole || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if seen != v.Head.Seq {
			t.Errorf("%s: %d good entries, the head is %d", c.name, seen, v.Head.Seq)
		}
	}
}

// TestAnyHarmIsSeen: whatever is done to an audit whose head is noted, it shows.
func TestAnyHarmIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "entries")
		whole := writtenAudit(n)
		noted := []Head{{int64(n), whole[n-1].Hash}}
		w := slices.Clone(whole)
		for range rapid.IntRange(1, 3).Draw(t, "harms") {
			if len(w) == 0 {
				break
			}
			i := rapid.IntRange(0, len(w)-1).Draw(t, "at")
			switch rapid.SampledFrom([]string{"change", "delete", "cut", "swap", "anew"}).Draw(t, "harm") {
			case "change":
				w[i].Reason += "x"
			case "delete":
				w = slices.Delete(w, i, i+1)
			case "cut":
				w = w[:i]
			case "swap":
				w[i], w[0] = w[0], w[i]
			case "anew":
				w = w.again(i)
			}
		}
		v, err := VerifyAudit(context.Background(), w, noted, nil)
		if err != nil {
			t.Fatal(err)
		}
		sorted := slices.SortedFunc(slices.Values(w), func(a, b Entry) int { return int(a.Seq - b.Seq) })
		if v.Whole != slices.Equal(w, whole) && !slices.Equal(sorted, whole) {
			t.Fatalf("whole is %v: %+v", v.Whole, v)
		}
	})
}

func TestParseHead(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for _, c := range []struct {
		in   string
		want Head
		ok   bool
	}{
		{"12:" + hash, Head{12, hash}, true}, {hash, Head{0, hash}, true}, {strings.ToUpper("12:" + hash), Head{12, hash}, true},
		{"", Head{}, false}, {"12", Head{}, false}, {"12:" + hash[1:], Head{}, false}, {"-1:" + hash, Head{}, false}, {"1234567890123456789:" + hash, Head{}, false},
	} {
		got, err := ParseHead(c.in)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
		if c.ok && got.String() != strings.ToLower(c.in) {
			t.Errorf("%q comes back as %q", c.in, got)
		}
	}
}

// TestTamperedDatabase harms a real ledger behind its back.
func TestTamperedDatabase(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		defer closed(t, l)
		record(t, l, found(noon, nil))
		id := leaks(t, l, Filter{})[0].ID
		for range 5 {
			for _, s := range []State{Acknowledged, Fixed} {
				if err := l.SetState(t.Context(), id, Change{State: s, By: "responder"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		v, err := VerifyAudit(t.Context(), l, nil, nil)
		if err != nil || !v.Whole || v.Entries != 10 {
			t.Fatalf("%+v, %v", v, err)
		}
		noted := []Head{v.Head}
		for _, c := range []struct{ harm, want string }{
			{`DELETE FROM audit WHERE seq = 10`, "entry 10 was noted and there are 9"},
			{`UPDATE audit SET seq = seq + 100 WHERE seq = 8`, "entry 9 does not follow entry 7"},
			{`DELETE FROM audit WHERE seq = 5`, "entry 6 does not follow entry 4"},
			{`UPDATE audit SET actor = 'bob' WHERE seq = 3`, "entry 3 was changed"},
		} {
			err := l.db.write(t.Context(), func(tx *tx) error { _, err := tx.exec(c.harm); return err })
			if err != nil {
				t.Fatal(err)
			}
			v, err := VerifyAudit(t.Context(), l, noted, nil)
			if err != nil || v.Whole || !strings.HasPrefix(v.Fault, c.want) {
				t.Errorf("%s: %+v, %v", c.harm, v, err)
			}
		}
	})
}
