package prefilter

import (
	"math/rand/v2"
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
	var s Scratch
	for at := 0; at < len(text); {
		var hits []Hit
		hits, at = l.Find(nil, &s, text, at, limit)
		all = append(all, hits...)
	}
	return all
}

// eachBackend runs f with every backend that runs here.
func eachBackend(f func(name string)) {
	defer func(b backend) { inUse = b }(inUse)
	for _, b := range backends() {
		inUse = b
		f(b.name)
	}
}

func checkLiterals(t *testing.T, literals []string, text string, limit int) {
	t.Helper()
	want := sorted(slowHits(literals, text))
	l := NewLiterals(literals)
	eachBackend(func(name string) {
		got := findAll(l, text, limit)
		if !slices.IsSortedFunc(got, func(a, b Hit) int { return int(a.End - b.End) }) {
			t.Errorf("%s, %q in %q, limit %d: not in order of End", name, literals, text, limit)
		}
		if got = sorted(got); !slices.Equal(got, want) {
			t.Errorf("%s, %q in %q, limit %d: got %v, want %v", name, literals, text, limit, got, want)
		}
	})
}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		literals []string
		text     string
	}{
		{[]string{"he", "she", "his", "hers"}, "ushers and HERS"},
		{[]string{"a", "aa", "aaa", "aaaa", "aaaaa"}, "aaaaaaa"},
		{[]string{"ghp_", "GHP_", "xoxb-"}, "ghp_ Ghp_ xoxb-xoxb-"},
		{[]string{"", "x"}, "xyz"},
		{[]string{"x", "xy", "xyz", "xyzw"}, "x"},
		{nil, "text"},
		{[]string{"\xff\x00", "é"}, "a\xff\x00bé"},
		{[]string{"@", "[", "{", "`"}, "@`[{ a@b"}, // equal once folded by one bit
		{[]string{"\x00\x00", "\x00"}, "\x00\x00a"},
	} {
		for _, limit := range []int{1, 2, 1000} {
			checkLiterals(t, c.literals, c.text, limit)
		}
	}
}

// Literals across the ends of blocks and segments.
func TestLiteralsInLongTexts(t *testing.T) {
	literals := []string{"a", "bc", "def", "ghij", "klmnopqrstuvwxyz", "zz"}
	for _, size := range []int{63, 64, 65, segment - 1, segment, segment + 1, 2*segment + 7} {
		for _, lit := range literals {
			text := []byte(strings.Repeat("-", size))
			for _, at := range []int{0, 56, 62, 64, segment - 10, segment - 3, segment - 1, segment, size - len(lit)} {
				if at >= 0 && at+len(lit) <= size {
					copy(text[at:], strings.ToUpper(lit))
				}
			}
			checkLiterals(t, literals, string(text), 1000)
			checkLiterals(t, literals, string(text), 1)
		}
	}
}

func FuzzLiterals(f *testing.F) {
	f.Add("he,she,his,hers", "ushers")
	f.Add("a,aa,b", "aAbB")
	f.Add("word,password,pass", "Password=PASS,keyword")
	f.Fuzz(func(t *testing.T, list, text string) {
		literals := strings.Split(list, ",")
		if len(literals) > 20 || len(text) > 200 {
			return
		}
		checkLiterals(t, literals, text, 3)
	})
}

func TestChoose(t *testing.T) {
	all := []backend{{name: "portable"}, {name: "avx2"}}
	for name, want := range map[string]string{"": "avx2", "portable": "portable", "avx2": "avx2", "neon": "avx2"} {
		if got := choose(all, name).name; got != want {
			t.Errorf("%q chooses %s, want %s", name, got, want)
		}
	}
}

// BenchmarkLiterals is what a line costs each backend, under literals of every length.
func BenchmarkLiterals(b *testing.B) {
	var literals []string
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		word := make([]byte, 3+r.IntN(9))
		for i := range word {
			word[i] = "etaoinsrhldcumfpgwybvkxjqz_-"[r.IntN(28)]
		}
		literals = append(literals, string(word))
	}
	l := NewLiterals(literals)
	line := "2026-03-02T10:11:12.345Z worker-7 WARN com.acme.shop.checkout.PaymentService - retrying in 250 ms (attempt 2 of 5)"
	eachBackend(func(name string) {
		b.Run(name, func(b *testing.B) {
			var s Scratch
			var hits []Hit
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				hits, _ = l.Find(hits[:0], &s, line, 0, 1000)
			}
		})
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
