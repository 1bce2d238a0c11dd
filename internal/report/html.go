package report

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// maxRows bounds the findings that the page lists one by one; all are counted.
const maxRows = 5000

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"bytes":  bytes,
	"plural": plural,
	"isURL":  func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
	"add":    func(a, b int) int { return a + b },
}).Parse(pageText))

// html gathers the findings and writes one page at the end.
type html struct {
	out     io.Writer
	options Options
	rows    []htmlRow
	found   int
	by      struct{ severities, classes, rules, files map[string]int }
	values  map[string]bool
}

type htmlRow struct {
	Finding
	About rule.Rule
	// Repeats is how many findings of the page have the same value.
	Repeats int
}

func newHTML(w io.Writer, o Options) Writer {
	h := &html{out: w, options: o, values: map[string]bool{}}
	h.by.severities, h.by.classes, h.by.rules, h.by.files = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	return h
}

func (h *html) Write(f Finding) error {
	h.found++
	h.by.severities[f.Severity]++
	h.by.classes[string(f.Class)]++
	h.by.rules[f.Rule]++
	h.by.files[f.Path]++
	if f.Fingerprint != "" {
		h.values[f.Fingerprint] = true
	}
	if len(h.rows) < maxRows {
		h.rows = append(h.rows, htmlRow{Finding: f, About: h.options.describe(f.Rule)})
	}
	return nil
}

// facet is one value that rows can be filtered by.
type facet struct {
	Name  string
	Count int
	// Share is of the largest count, in percent.
	Share int
	// Label says what the name means, if the name does not.
	Label string
}

func (h *html) Close(s Summary) error {
	repeats := map[string]int{}
	for i := range h.rows {
		repeats[h.rows[i].Fingerprint]++
	}
	for i := range h.rows {
		if f := h.rows[i].Fingerprint; f != "" {
			h.rows[i].Repeats = repeats[f]
		}
	}
	order := rule.Severities()
	severities := facets(h.by.severities)
	slices.SortFunc(severities, func(a, b facet) int { return slices.Index(order, b.Name) - slices.Index(order, a.Name) })
	rules := facets(h.by.rules)
	for i := range rules {
		rules[i].Label = h.options.describe(rules[i].Name).Description
	}
	return page.Execute(h.out, map[string]any{
		"Options": h.options, "Summary": s, "Rows": h.rows, "Found": h.found, "Values": len(h.values), "Unlisted": h.found - len(h.rows),
		"Severities": severities, "Classes": facets(h.by.classes), "Rules": rules, "Files": facets(h.by.files),
	})
}

// facets are counts, the largest first.
func facets(by map[string]int) []facet {
	names := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), strings.Compare(a, b))
	})
	out := make([]facet, len(names))
	for i, n := range names {
		out[i] = facet{Name: n, Count: by[n], Share: max(1, by[n]*100/by[names[0]])}
	}
	return out
}
