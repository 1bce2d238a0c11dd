package guard

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// shown remembers names that findings bear: of fields, files, scopes, resources.
// It is bounded: beyond its size a name is examined each time it comes. A name in
// which something was found is not kept.
type shown struct {
	mu   sync.RWMutex
	seen map[string]string
}

const (
	maxShown = 4096
	// maxName bounds a name as it comes and maxShownName as it is shown, in bytes.
	maxName, maxShownName = 1024, 200
)

// show is a name as findings bear it: bounded, without control characters, and
// with all that is found in it masked. It shares no memory with name.
func (f *force) show(name string) string {
	if name == "" || len(name) > maxName {
		return ""
	}
	f.shown.mu.RLock()
	known, ok := f.shown.seen[name]
	f.shown.mu.RUnlock()
	if ok {
		return known
	}
	masked, ok := f.mask(name, "", nil)
	if !ok {
		return ""
	}
	clean := masked == name
	masked = strings.Clone(printable(masked))
	if !clean {
		return masked
	}
	f.shown.mu.Lock()
	defer f.shown.mu.Unlock()
	if f.shown.seen == nil {
		f.shown.seen = map[string]string{}
	}
	if len(f.shown.seen) < maxShown {
		f.shown.seen[strings.Clone(name)] = masked
	}
	return masked
}

// printable bounds a name and makes spaces of what does not print.
func printable(name string) string {
	if len(name) > maxShownName {
		n := maxShownName
		for !utf8.RuneStart(name[n]) {
			n--
		}
		name = name[:n] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, name)
}

// showing is the set of rules that names and templates are examined by: all, whatever
// the policy says of them, but those for addresses and places where no scope has
// them on. Names of fields and files look much like names of hosts.
func showing(p *policy.Compiled) detect.Set {
	set := detect.NewSet(len(p.Rules))
	for i := range p.Rules {
		switch p.Rules[i].Class {
		case rule.Network, rule.Location:
			if !slices.ContainsFunc(p.Scopes(), func(s *policy.Scope) bool { return s.Want().Has(i) }) {
				continue
			}
		}
		set.Add(i)
	}
	return set
}

// mask masks what the rules for showing find in a text; key and scope, which may be nil, are where the text stands. It is false where the
// text can't be shown: something in it could not be examined, or is found still
// after a few rounds.
func (f *force) mask(text, key string, scope *policy.Scope) (masked string, ok bool) {
	t := detect.Text{Text: text, Key: key, Want: f.showing, MaxDepth: f.policy.Limits.MaxDepth, MaxDecode: f.policy.Limits.MaxDecode}
	if scope != nil && scope.MasksKeys() {
		t.Mask = scope
	}
	for range maxRounds {
		found := f.engine.Scan(nil, []detect.Text{t})
		exempt := f.recogniser.Find(nil, t.Text)
		found = slices.DeleteFunc(found, func(m detect.Match) bool {
			return m.Reason == field.ReasonNone && slices.ContainsFunc(exempt, func(e span.Span) bool { return e.Start <= m.Span.Start && m.Span.End <= e.End })
		})
		if len(found) == 0 {
			return t.Text, true
		}
		slices.SortFunc(found, func(a, b detect.Match) int { return span.Compare(a.Span, b.Span) })
		var out []byte
		at := 0
		for i := 0; i < len(found); {
			m := found[i]
			if m.Reason != field.ReasonNone {
				return "", false
			}
			all := m.Span
			for i++; i < len(found) && found[i].Span.Overlaps(all); i++ {
				all = all.Union(found[i].Span)
			}
			id := action.FieldID
			if m.Rule >= 0 {
				id = f.policy.Rules[m.Rule].ID
			}
			out = append(out, t.Text[at:all.Start]...)
			out = action.Append(out, action.Mask, "", action.Slot{RuleID: id, Quote: m.Quote}, nil)
			at = all.End
		}
		t.Text = string(append(out, t.Text[at:]...))
	}
	return "", false
}
