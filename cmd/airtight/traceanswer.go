package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// traced is the answer of trace.
type traced struct {
	Seen bool `json:"seen"`
	// Count is how often, in all leaks together.
	Count int64     `json:"count"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Sightings are the leaks it was seen in.
	Sightings []ledger.Sighting `json:"sightings"`
	// Limits are sentences that say what the answer does not cover.
	Limits []string `json:"limits"`
}

func newTraced(answer *ledger.Trace, ring *keyring.Ring) *traced {
	t := &traced{Seen: len(answer.Sightings) > 0, Sightings: answer.Sightings, Limits: []string{}}
	for _, s := range answer.Sightings {
		t.Count += s.Seen
		if t.First.IsZero() || s.First.Before(t.First) {
			t.First = s.First
		}
		if s.Last.After(t.Last) {
			t.Last = s.Last
		}
	}
	limit := func(format string, args ...any) { t.Limits = append(t.Limits, fmt.Sprintf(format, args...)) }
	if answer.More {
		limit("there are more leaks with this value than the %d that are listed", len(answer.Sightings))
	}
	var oldest time.Time
	for _, k := range answer.Keys {
		if oldest.IsZero() || k.First.Before(oldest) {
			oldest = k.First
		}
		_, has := ring.Key(k.ID)
		switch {
		case k.ID == finding.RunKeyID:
			limit("fingerprints made by gates without a keyring, from %s to %s, can't be compared with anything: a value seen there alone is not found", stamp(k.First), stamp(k.Last))
		case !has:
			limit("fingerprints were made under key %s, from %s to %s, which this keyring does not have: a value seen under it alone is not found", plain(k.ID), stamp(k.First), stamp(k.Last))
		}
	}
	for _, b := range answer.Blind {
		what := "values get no fingerprint"
		if b.Reason == ledger.BlindOverflow {
			what = "more values leaked than are told apart"
		}
		in := plural(int(b.Leaks), "leak")
		limit("in %s of %s, from %s to %s, %s: this one may be among them", in, plain(b.Rule), stamp(b.First), stamp(b.Last), what)
	}
	if oldest.IsZero() {
		limit("the ledger holds no fingerprint")
	} else {
		limit("the ledger's fingerprints go back to %s: a value that was seen last before that is not found", stamp(oldest))
	}
	return t
}

func traceJSON(out io.Writer, t *traced) error { return json.NewEncoder(out).Encode(t) }

func traceTable(out io.Writer, t *traced) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if !t.Seen {
		fmt.Fprintln(w, "not seen")
	} else {
		fmt.Fprintf(w, "seen %s in %s, %s to %s\n", plural(int(t.Count), "time"), plural(len(t.Sightings), "leak"), stamp(t.First), stamp(t.Last))
	}
	for i := range t.Sightings {
		s := &t.Sightings[i]
		fmt.Fprintf(w, "\n%s\n", plain(serviceName(&s.Leak)))
		line := func(name, text string) {
			if text != "" {
				fmt.Fprintf(w, "  %s\t%s\n", name, plain(text))
			}
		}
		key, _, _ := strings.Cut(s.Fingerprint, ":")
		line("leak", s.ID)
		line("rule", s.Rule+" ("+s.Class+")")
		line("in", strings.TrimSpace(s.Signal+" "+s.Place+" "+s.Field))
		line("text", s.Template)
		line("seen", fmt.Sprintf("%s, %s to %s, key %s", plural(int(s.Seen), "time"), stamp(s.First), stamp(s.Last), key))
		line("exposure", exposureOf(s))
		for _, d := range s.Destinations {
			line("to", fmt.Sprintf("%s (%d masked, %d unmasked)", d.Name, d.Masked, d.Exposed))
		}
		const most = 5
		for n := range s.Sources[:min(most, len(s.Sources))] {
			line("from", sourceText(&s.Sources[n]))
		}
		if more := len(s.Sources) - most; more > 0 {
			line("from", fmt.Sprintf("%d more places; --format json lists them", more))
		}
		state := string(s.State)
		if s.Owner != "" {
			state += ", owner " + s.Owner
		}
		line("state", state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if t.Seen {
		fmt.Fprintln(out, "\nto and from are those of the leak, which may hold other values too")
	}
	fmt.Fprintln(out, "\nlimits of this answer")
	for _, l := range t.Limits {
		fmt.Fprintln(out, "  "+l)
	}
	return nil
}

func serviceName(l *ledger.Leak) string {
	name := l.Service
	if name == "" {
		name = "a service without a name"
	}
	if l.Namespace != "" {
		name = l.Namespace + "/" + name
	}
	return strings.TrimSpace(name + " " + l.Version)
}

// exposureOf says what is known of one value's exposure: the ledger counts that by
// leak.
func exposureOf(s *ledger.Sighting) string {
	switch {
	case s.ExposedCount == 0:
		return "masked before it left"
	case s.ExposedCount >= s.Count:
		return "exposed: it left unmasked"
	}
	return fmt.Sprintf("perhaps exposed: %d of %d findings of this leak left unmasked", s.ExposedCount, s.Count)
}

// sourceText is a place in code and where that ran.
func sourceText(s *ledger.Source) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	file := path.Clean(s.File)
	if s.File != "" && s.Line > 0 {
		file += ":" + strconv.Itoa(s.Line)
	}
	if s.File != "" {
		add(file)
	}
	add(s.Function)
	if s.Span != "" {
		add("span " + s.Span)
	}
	if s.Version != "" {
		add("version " + s.Version)
	}
	add(s.Instance)
	add(s.Level)
	return strings.Join(parts, ", ")
}

// plain keeps names that telemetry gave from steering a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
