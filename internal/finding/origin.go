package finding

import (
	"iter"
	"slices"
	"strings"
)

// EventName is the event name of a log record that is a finding. Records that
// bear it pass the gate as all others do, and no findings are made of them.
const EventName = "airtight.finding"

// Origin is where a value was found, as far as the telemetry around it tells.
// Every text in it has passed the gate by itself, under more rules than those in
// force, and is bounded. It is comparable, so that findings of one origin
// can be counted together.
type Origin struct {
	// Resource holds the attributes that say whose telemetry it was.
	Resource Attrs
	// VersionBefore is the version of the service that was new before the one in
	// Resource was, as far as this process has seen.
	VersionBefore string
	// Scope is the name of the instrumentation scope.
	Scope string
	// Field is the path of the attribute or of the key in a structured body; empty
	// where the value stood in none.
	Field string
	// Template is the Skeleton of the text around the value.
	Template string
	// File, Line and Function are the record's code.* attributes; Line is 0 where
	// it is not known.
	File     string
	Line     int
	Function string
	// Span is the name of the span.
	Span string
	// Level is the severity text of a log record in lower case: one of trace,
	// debug, info, warn, error, fatal, or empty.
	Level string
}

// coarse is the origin without what varies from record to record.
func (o Origin) coarse() Origin {
	return Origin{Resource: o.Resource.Only("service.name", "service.namespace")}
}

// Attrs is a set of attributes with string values in a comparable form.
type Attrs string

const (
	attrsPair = "\x00"
	attrsNext = "\x01"
)

// NewAttrs encodes pairs of key and value. Pairs with an empty value are left out,
// and so is what follows a second pair of one key. The order given does not matter.
func NewAttrs(pairs [][2]string) Attrs {
	pairs = slices.Clone(pairs)
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	var b strings.Builder
	last := ""
	for _, p := range pairs {
		if p[1] == "" || p[0] == last {
			continue
		}
		last = p[0]
		b.WriteString(unmarked(p[0]))
		b.WriteString(attrsPair)
		b.WriteString(unmarked(p[1]))
		b.WriteString(attrsNext)
	}
	return Attrs(b.String())
}

// unmarked keeps the encoding's own marks out of a text.
func unmarked(s string) string {
	return strings.NewReplacer(attrsPair, " ", attrsNext, " ").Replace(s)
}

// All iterates over the attributes in the order of their keys.
func (a Attrs) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := string(a); rest != ""; {
			var pair string
			pair, rest, _ = strings.Cut(rest, attrsNext)
			key, value, _ := strings.Cut(pair, attrsPair)
			if !yield(key, value) {
				return
			}
		}
	}
}

// Get is the value of an attribute, or "".
func (a Attrs) Get(key string) string {
	for k, v := range a.All() {
		if k == key {
			return v
		}
	}
	return ""
}

// Only is the set of those attributes that are named.
func (a Attrs) Only(keys ...string) Attrs {
	var pairs [][2]string
	for k, v := range a.All() {
		if slices.Contains(keys, k) {
			pairs = append(pairs, [2]string{k, v})
		}
	}
	return NewAttrs(pairs)
}
