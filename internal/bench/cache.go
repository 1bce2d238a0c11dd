package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/airtight-telemetry/airtight/internal/detect"
)

// repetitions are of how many of a hundred texts a cache has seen before.
var repetitions = []int{0, 10, 25, 50, 75, 90, 99}

// cachedTexts bounds the cache measured, in entries.
const cachedTexts = 64 << 10

// saving is what a cache of verdicts would cost or save for one kind of text.
type saving struct {
	kind string
	// plain and cached are ns a text, at each of the repetitions.
	plain, cached []float64
	// breakEven is the repetition in per cent from which the cache pays, or -1 where
	// it never does.
	breakEven float64
}

// kindsOfText are texts that reach verification, with the key they stand under, and
// lines that do not.
var kindsOfText = []struct {
	kind, key string
	form      func(w *writer) string
}{
	{"e-mail address", "user.email", func(w *writer) string {
		return w.some(6, lower) + "." + w.some(8, lower) + "@" + w.pick(someWords) + ".example.org"
	}},
	{"IP address", "client.address", func(w *writer) string {
		return fmt.Sprintf("%d.%d.%d.%d", 11+w.IntN(90), w.IntN(256), w.IntN(256), 1+w.IntN(254))
	}},
	{"token", "session", func(w *writer) string {
		return "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIx" + w.some(40, alphanum) + "In0." + w.some(43, alphanum)
	}},
	{"line with a leak", "", func(w *writer) string {
		line, _ := w.leak(w.line())
		return line
	}},
	{"clean line", "", (*writer).line},
}

// savings measures a cache of verdicts around the engine: an exact text's verdict,
// kept in an LRU of the library that the engine uses, one for a worker.
func savings(e *detect.Engine, progress func(string)) ([]saving, error) {
	out := make([]saving, len(kindsOfText))
	for i, k := range kindsOfText {
		progress("verdict cache: " + k.kind)
		s := saving{kind: k.kind, breakEven: -1}
		for _, percent := range repetitions {
			stream := streamOf(k.form, percent, uint64(i))
			in := texts(stream, e.All())
			for j := range in {
				in[j].Key = k.key
			}
			var plain, cached []float64
			for range 3 {
				plain = append(plain, perText(in, func(c *verdicts, t []detect.Text) { c.scan(t) }, e))
				cached = append(cached, perText(in, func(c *verdicts, t []detect.Text) { c.lookup(t) }, e))
			}
			same := func(v float64) float64 { return v }
			s.plain, s.cached = append(s.plain, spreadOf(plain, same).median), append(s.cached, spreadOf(cached, same).median)
		}
		for j := range repetitions {
			if s.cached[j] < s.plain[j] {
				s.breakEven = crossing(s, j)
				break
			}
		}
		out[i] = s
	}
	return out, nil
}

// crossing is where cached falls below plain, on the line between the repetitions on
// either side.
func crossing(s saving, j int) float64 {
	if j == 0 {
		return float64(repetitions[0])
	}
	before, after := s.cached[j-1]-s.plain[j-1], s.plain[j]-s.cached[j]
	a, b := float64(repetitions[j-1]), float64(repetitions[j])
	return a + (b-a)*before/(before+after)
}

// streamOf is a stream of texts of which so many in a hundred repeat an earlier one.
func streamOf(form func(*writer) string, percent int, seed uint64) []string {
	w := newWriter(seed)
	r := rand.New(rand.NewPCG(seed, 2))
	const texts = 6000
	out := make([]string, 0, texts)
	var fresh []string
	for range texts {
		if len(fresh) > 0 && r.IntN(100) < percent {
			// A copy, as the next batch brings one: no pointer tells that it is known.
			out = append(out, strings.Clone(fresh[r.IntN(len(fresh))]))
			continue
		}
		text := form(w)
		fresh = append(fresh, text)
		out = append(out, text)
	}
	return out
}

func perText(in []detect.Text, f func(*verdicts, []detect.Text), e *detect.Engine) float64 {
	c := newVerdicts(e)
	runtime.GC()
	cpu, _ := onThread(func() int {
		for from := 0; from < len(in); from += batch {
			f(c, in[from:min(len(in), from+batch)])
		}
		return 0
	})
	return float64(cpu) / float64(len(in))
}

// verdicts is the cache measured. The key is the exact text: a collision of hashes
// would be a leak.
type verdicts struct {
	e     *detect.Engine
	known *simplelru.LRU[verdictOf, []detect.Match]
	found []detect.Match
	fresh []detect.Text
}

type verdictOf struct{ text, key string }

func newVerdicts(e *detect.Engine) *verdicts {
	known, err := simplelru.NewLRU[verdictOf, []detect.Match](cachedTexts, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &verdicts{e: e, known: known}
}

func (c *verdicts) scan(in []detect.Text) { c.found = c.e.Scan(c.found[:0], in) }

func (c *verdicts) lookup(in []detect.Text) {
	c.found, c.fresh = c.found[:0], c.fresh[:0]
	for _, t := range in {
		if v, ok := c.known.Get(verdictOf{t.Text, t.Key}); ok {
			c.found = append(c.found, v...)
			continue
		}
		c.fresh = append(c.fresh, t)
	}
	had := len(c.found)
	c.found = c.e.Scan(c.found, c.fresh)
	next := had
	for i, t := range c.fresh {
		from := next
		for next < len(c.found) && c.found[next].Text == i {
			next++
		}
		own := append([]detect.Match(nil), c.found[from:next]...)
		for j := range own {
			own[j].Value = strings.Clone(own[j].Value)
		}
		c.known.Add(verdictOf{strings.Clone(t.Text), strings.Clone(t.Key)}, own)
	}
}
