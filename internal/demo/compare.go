package demo

import (
	"slices"
	"strings"
)

// Comparison is what was sent held against what came out.
type Comparison struct {
	// Planted counts the values that were looked for.
	Planted int
	// NotSent names the planted values that were not in what was sent: nothing is
	// proved about them.
	NotSent []string
	// Survivors came out.
	Survivors []Survivor
	// Sent and Arrived count distinct log records and spans; Missing those that did
	// not come out, Extra those that came out twice or were never sent.
	Sent, Arrived, Missing, Extra int
	// Clean counts the records and spans that held no planted value, and
	// CleanChanged those of them that came out different.
	Clean, CleanChanged int
	// Pairs are the items that were sent, in order, each with what became of it.
	Pairs []Pair
}

// Pair is one item before and after. After has no Key where it did not arrive.
type Pair struct{ Before, After Item }

// Leaky reports whether the item held a planted value when it was sent.
func (p Pair) Leaky() bool {
	return slices.ContainsFunc(p.Before.Fields, func(f Field) bool { return len(plantsIn(f.Text)) > 0 })
}

// Changed reports whether the item came out other than it was sent.
func (p Pair) Changed() bool { return !slices.Equal(p.Before.Fields, p.After.Fields) }

// Compare finds for each item that was sent the one that came out.
func Compare(before, after Capture) Comparison {
	c := Comparison{Planted: len(plants), Survivors: Survivors(after.Payloads)}
	for _, p := range plants {
		if _, ok := p.in(before.Payloads); !ok {
			c.NotSent = append(c.NotSent, p.What)
		}
	}
	arrived := map[string]Item{}
	for _, it := range after.Items {
		if _, twice := arrived[it.Key]; twice && !it.isResource() {
			c.Extra++
			continue
		}
		arrived[it.Key] = it
	}
	sent := map[string]bool{}
	for _, it := range before.Items {
		if sent[it.Key] {
			continue // a resource stands once for each batch
		}
		sent[it.Key] = true
		pair := Pair{it, arrived[it.Key]}
		c.Pairs = append(c.Pairs, pair)
		if it.isResource() {
			continue
		}
		c.Sent++
		if pair.After.Key == "" {
			c.Missing++
			continue
		}
		c.Arrived++
		if !pair.Leaky() {
			c.Clean++
			if pair.Changed() {
				c.CleanChanged++
			}
		}
	}
	for key, it := range arrived {
		if !sent[key] && !it.isResource() {
			c.Extra++
		}
	}
	return c
}

// OK reports whether everything arrived and nothing that was planted did.
func (c Comparison) OK() bool {
	return len(c.NotSent) == 0 && len(c.Survivors) == 0 && c.Sent > 0 && c.Missing == 0 && c.Extra == 0
}

func (it Item) isResource() bool { return strings.HasPrefix(it.Key, "resource ") }

// plantsIn returns where planted values stand in a text, in whatever form.
func plantsIn(text string) []stretch {
	var found []stretch
	for _, p := range plants {
		for _, f := range p.Forms() {
			if at := strings.Index(text, f.Text); at >= 0 {
				found = append(found, stretch{at, at + len(f.Text)})
				break
			}
		}
	}
	return found
}

// stretch is a range of bytes of a text.
type stretch struct{ start, end int }
