// Package report writes what a scan found: as a table to read, as JSON lines, as
// SARIF for code hosts, or as an HTML page. What it is given holds no value, so
// what it writes holds none.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Finding is one value found and where, without the value.
type Finding struct {
	// Path is the file, or "-" for standard input.
	Path string
	// Line counts from 1; in a file of protobuf messages it is the message's number.
	Line int
	// Start and End are byte offsets from the start of the line, End exclusive; in
	// protobuf they are offsets in the field's value.
	Start int
	End   int
	// Field is the field of a protobuf message, through the gate; else empty.
	Field       string
	Rule        string
	Class       rule.Class
	Severity    string
	Confidence  rule.Confidence
	Fingerprint string

	// Column and EndColumn are Start and End counted in characters.
	Column    int
	EndColumn int
	// Excerpt is the masked surroundings, for the HTML page: what is before the
	// finding's mask, the mask, and what is after it.
	Excerpt Excerpt
}

// Excerpt is a piece of a masked line around a finding.
type Excerpt struct{ Before, Mask, After string }

// Summary is what a scan did, for the end of a report.
type Summary struct {
	// Files and Bytes were read, Skipped files were not text.
	Files   int
	Bytes   int64
	Skipped int
	// Failed says in one sentence each what could not be examined.
	Failed []string
}

// Options is what reports say beside the findings.
type Options struct {
	// Version is airtight's and Catalogue that of its rules.
	Version, Catalogue string
	// Rules describe the rules that findings name.
	Rules []rule.Rule
	// Policy is the name of the policy file, or empty for the default policy.
	Policy string
	// Colour says that the table goes to a terminal.
	Colour bool
}

// Writer writes one report. Findings come in the order of their paths and lines.
type Writer interface {
	Write(Finding) error
	// Close ends the report.
	Close(Summary) error
}

// Formats lists the formats of New.
func Formats() []string { return []string{"table", "json", "sarif", "html"} }

// New returns a writer of one of Formats.
func New(format string, w io.Writer, o Options) (Writer, error) {
	switch format {
	case "table":
		return newTable(w, o), nil
	case "json":
		return newJSON(w), nil
	case "sarif":
		return newSARIF(w, o), nil
	case "html":
		return newHTML(w, o), nil
	}
	return nil, fmt.Errorf("must be one of %s", strings.Join(Formats(), ", "))
}

// describe is the rule that a finding names.
func (o Options) describe(id string) rule.Rule {
	if i := slices.IndexFunc(o.Rules, func(r rule.Rule) bool { return r.ID == id }); i >= 0 {
		return o.Rules[i]
	}
	return rule.Rule{ID: id, Class: rule.Secret, Description: "a field that the policy masks by its name"}
}

// bytes is a size as people read it.
func bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, units := float64(n)/unit, "KMGT"
	for f >= unit && len(units) > 1 {
		f, units = f/unit, units[1:]
	}
	return fmt.Sprintf("%.1f %ciB", f, units[0])
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
