package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// sections are the parts of a dry run's table.
var sections = []struct {
	outcome outcome
	title   string
}{
	{acts, "Found, and masked by this policy"},
	{inShadow, "Found, and left: in shadow mode"},
	{left, "Left, and why"},
}

// table writes the dry run for reading, and the proposals as a policy has them.
func (d *dryRun) table(w io.Writer, p proposals) error {
	out := bufio.NewWriter(w)
	policy := "the default policy"
	if d.policyFile != "" {
		policy = d.policyFile
	}
	fmt.Fprintf(out, "%s in %s, %.1f MiB, under %s, catalogue %s\n", plural(d.lines, "line"), plural(d.files, "file"), float64(d.bytes)/(1<<20), policy, d.catalogue)
	if d.skipped > 0 {
		fmt.Fprintf(out, "%s skipped\n", plural(d.skipped, "binary file"))
	}
	for _, s := range sections {
		rows := d.of(s.outcome)
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", s.title)
		d.section(out, rows)
	}
	fmt.Fprintf(out, "\n%d of %d lines (%s) hold something that is found\n", d.touched, d.lines, percent(d.share(d.touched)))
	if d.touched > 0 {
		fmt.Fprintln(out, "\nBy class")
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "  class\tfindings\thigh\tmedium\tlow\t")
		for _, c := range byClass(append(d.of(acts), d.of(inShadow)...)) {
			fmt.Fprintf(t, "  %s\t%d\t%d\t%d\t%d\t\n", c.class, c.findings, c.by[rule.High], c.by[rule.Medium], c.by[rule.Low])
		}
		_ = t.Flush() // out keeps the error
	}
	if text := p.yaml(); text != "" {
		fmt.Fprintf(out, "\n%s", text)
	}
	return out.Flush()
}

// section writes rows with their samples.
func (d *dryRun) section(out io.Writer, rows []*row) {
	wide := 4
	for _, r := range rows {
		wide = max(wide, len(r.rule))
	}
	fmt.Fprintf(out, "  %-*s  %9s  %9s  %9s  %8s  %7s  %7s  %7s  %s\n", wide, "rule", "findings", "distinct", "lines", "share", "high", "medium", "low", "class")
	for _, r := range rows {
		fmt.Fprintf(out, "  %-*s  %9d  %9s  %9d  %8s  %7d  %7d  %7d  %s\n", wide, r.rule, r.findings, r.differing(), r.lines,
			percent(d.share(r.lines)), r.by[rule.High], r.by[rule.Medium], r.by[rule.Low], r.class)
		if r.why != "" {
			fmt.Fprintf(out, "      %s\n", r.why)
		}
		for _, s := range r.samples {
			fmt.Fprintf(out, "      %s  %s  <%s>\n", s.Where, s.Template, s.Shape)
		}
	}
}

// differing is the number of distinct values, with a tilde where it is estimated.
func (r *row) differing() string {
	n, exact := r.distinct()
	switch {
	case n == 0:
		return "-"
	case !exact:
		return "~" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// percent keeps two places of a share, and shows that a small one is not none.
func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "<0.01 %"
	}
	return fmt.Sprintf("%.2f %%", share)
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
