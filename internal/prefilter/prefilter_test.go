package prefilter

import (
	"slices"
	"strings"
	"testing"
)

// slowHits is the oracle: every literal is looked for at every position.
func slowHits(literals []string, text string) (hits []Hit) {
	fold := func(s string) string {
		b := []byte(s)
		for i := range b {
			b[i] = Fold(b[i])
		}
		return string(b)
	}
	text = fold(text)
	for end := 1; end <= len(text); end++ {
		for i, lit := range literals {
			if lit != "" && strings.HasSuffix(text[:end], fold(lit)) {
				hits = append(hits, Hit{int32(i), int32(end)})
			}
		}
	}
	return hits
}

func sorted(h []Hit) []Hit {
	slices.SortFunc(h, func(a, b Hit) int {
		if a.End != b.End {
			return int(a.End - b.End)
		}
		return int(a.Lit - b.Lit)
	})
	return h
}

func findAll(l *Literals, text string, limit int) (all []Hit) {
	var st State
	for at := 0; at < len(text); {
		var hits []Hit
		hits, at, st = l.Find(nil, text, at, st, limit)
		all = append(all, hits...)
	}
	return all
}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		literals []string
		text     string
	}{
		{[]string{"he", "she", "his", "hers"}, "ushers and HERS"},
		{[]string{"a", "aa", "aaa"}, "aaaa"},
		{[]string{"ghp_", "GHP_", "xoxb-"}, "ghp_ Ghp_ xoxb-xoxb-"},
		{[]string{"", "x"}, "xyz"},
		{nil, "text"},
		{[]string{"\xff\x00", "é"}, "a\xff\x00bé"},
	} {
		want := sorted(slowHits(c.literals, c.text))
		for _, limit := range []int{1, 2, 1000} {
			if got := sorted(findAll(NewLiterals(c.literals), c.text, limit)); !slices.Equal(got, want) {
				t.Errorf("%q in %q, limit %d: got %v, want %v", c.literals, c.text, limit, got, want)
			}
		}
	}
}

func FuzzLiterals(f *testing.F) {
	f.Add("he,she,his,hers", "ushers")
	f.Add("a,aa,b", "aAbB")
	f.Fuzz(func(t *testing.T, list, text string) {
		literals := strings.Split(list, ",")
		if len(literals) > 20 || len(text) > 200 {
			return
		}
		want := sorted(slowHits(literals, text))
		if got := sorted(findAll(NewLiterals(literals), text, 3)); !slices.Equal(got, want) {
			t.Errorf("%q in %q: got %v, want %v", literals, text, got, want)
		}
	})
}

func TestShapes(t *testing.T) {
	var digit, dash ByteSet
	digit.AddRange('0', '9')
	dash.Add('-')
	s := NewShapes([]Shape{
		{NoWordBefore, []ByteSet{digit, digit, dash, digit}},
		{AnyBefore, []ByteSet{digit, digit}},
	})
	for _, c := range []struct {
		text string
		want []Place
	}{
		{"12-3", []Place{{0, 0, 3}}},
		{"x12-3", []Place{{1, 0, 2}}},
		{"12", []Place{{0, 0, 2}}},
		{"1", nil},
		{"", nil},
		{"123", []Place{{0, 0, 2}, {1, 0, 2}}},
	} {
		if got, _ := s.Find(nil, c.text, 0, 100, s.Mask(func(int) bool { return true })); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
}
