package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

const (
	// maxValues is how many values of one kind are counted exactly; beyond it their
	// number is estimated. maxShapes bounds the shapes that are told apart.
	maxValues, maxShapes = 4096, 1024
)

// dryRun counts what a surveyor finds.
type dryRun struct {
	files, skipped, lines, touched int
	bytes                          int64
	catalogue, policyFile          string
	samples                        int
	rows                           map[kind]*row
	last                           spot // of the lines touched
}

// spot is a line of a source.
type spot struct {
	path string
	line int
}

// row is what there is of one kind.
type row struct {
	kind
	class    rule.Class
	severity string
	findings int
	lines    int
	// by counts by confidence.
	by      map[rule.Confidence]int
	values  map[string]*recurring // by fingerprint
	sketch  finding.Sketch        // once values is full
	shapes  map[string]int
	samples []sample
	last    spot
}

// recurring is one value of a row.
type recurring struct {
	findings int
	first    string
	shape    string
}

// sample is one place where a rule fires.
type sample struct {
	Where    string `json:"where"`
	Template string `json:"template"`
	Shape    string `json:"shape"`
}

func newDryRun(samples int) *dryRun { return &dryRun{samples: samples, rows: map[kind]*row{}} }

// add counts a batch. Batches come in the order of their lines.
func (d *dryRun) add(path string, batch surveyed, from *surveyor) {
	d.lines += batch.lines
	for _, x := range batch.sights {
		r := d.rows[x.kind]
		if r == nil {
			r = &row{
				kind: x.kind, class: x.class, severity: x.severity,
				by: map[rule.Confidence]int{}, values: map[string]*recurring{}, shapes: map[string]int{},
			}
			d.rows[x.kind] = r
		}
		here := spot{path, x.line}
		if x.outcome != left && here != d.last {
			d.touched, d.last = d.touched+1, here
		}
		r.add(here, x)
		if x.template != "" && len(r.samples) < d.samples && !slices.ContainsFunc(r.samples, func(s sample) bool { return s.Shape == x.shape }) {
			r.samples = append(r.samples, sample{where(path, x), x.template, x.shape})
		}
		if len(r.samples) == d.samples {
			from.sampled.Store(x.kind, true)
		}
	}
}

func (r *row) add(here spot, x sight) {
	r.findings++
	r.by[x.confidence]++
	if here != r.last {
		r.lines, r.last = r.lines+1, here
	}
	if r.shapes[x.shape] > 0 || len(r.shapes) < maxShapes {
		r.shapes[x.shape]++
	}
	if x.fingerprint == "" {
		return
	}
	v := r.values[x.fingerprint]
	if v == nil && len(r.values) < maxValues {
		v = &recurring{first: where(here.path, x), shape: x.shape}
		r.values[x.fingerprint] = v
	}
	if v != nil {
		v.findings++
		return
	}
	r.sketch.Add(x.fingerprint)
}

// where is a place as scan's table names it.
func where(path string, x sight) string {
	if x.field != "" {
		return fmt.Sprintf("%s:%d %s:%d-%d", path, x.line, x.field, x.from, x.to)
	}
	return fmt.Sprintf("%s:%d:%d-%d", path, x.line, x.from, x.to)
}

// distinct is how many different values there are, and whether that is exact. Of
// values that get no fingerprint it is 0.
func (r *row) distinct() (n int, exact bool) {
	beyond := r.sketch.Estimate()
	return len(r.values) + beyond, beyond == 0
}

// of are the rows with an outcome, the most frequent first.
func (d *dryRun) of(o outcome) []*row {
	rows := slices.Collect(maps.Values(d.rows))
	rows = slices.DeleteFunc(rows, func(r *row) bool { return r.outcome != o })
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(b.findings, a.findings), strings.Compare(a.rule, b.rule), strings.Compare(a.why, b.why))
	})
	return rows
}

// share is n of all lines in percent.
func (d *dryRun) share(n int) float64 { return 100 * float64(n) / float64(max(1, d.lines)) }

// byClass adds rows up by class, in the order of rule.Classes.
func byClass(rows []*row) (out []*row) {
	sums := map[rule.Class]*row{}
	for _, r := range rows {
		sum := sums[r.class]
		if sum == nil {
			sum = &row{class: r.class, by: map[rule.Confidence]int{}}
			sums[r.class] = sum
		}
		sum.findings += r.findings
		for c, n := range r.by {
			sum.by[c] += n
		}
	}
	for _, c := range rule.Classes() {
		if sums[c] != nil {
			out = append(out, sums[c])
		}
	}
	return out
}
