package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// table is a table as it is printed. Its first columns are words, the others figures.
type table struct {
	title string
	head  []string
	words int // columns that are words
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes the table for a terminal.
func (t *table) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s\n\n", t.title)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.head}, t.rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
}

// markdown writes the table as a document has it.
func (t *table) markdown(out io.Writer) {
	fmt.Fprintf(out, "### %s\n\n", t.title)
	line := func(cells []string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		if rule[i] = "---:"; i < t.words {
			rule[i] = "---"
		}
	}
	line(rule)
	for _, row := range t.rows {
		escaped := make([]string, len(row))
		for i, cell := range row {
			escaped[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		line(escaped)
	}
	fmt.Fprintln(out)
}

// The marks between which a document has the figures of a run.
const figuresBegin, figuresEnd = "<!-- figures -->", "<!-- end of figures -->"

// into puts text between the marks of a document, or on standard output for "-".
func into(path, text string) error {
	if path == "-" {
		_, err := fmt.Fprint(os.Stdout, text)
		return err
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(doc), figuresBegin)
	_, after, ends := strings.Cut(rest, figuresEnd)
	if !begins || !ends {
		return fmt.Errorf("%s: has no %s with %s behind it: put them where the figures belong", path, figuresBegin, figuresEnd)
	}
	doc = []byte(before + figuresBegin + "\n\n" + text + figuresEnd + after)
	return os.WriteFile(path, doc, 0o600)
}

// target is a measure of the engine's design with what it was to reach.
type target struct {
	measure string
	want    float64
	atMost  bool
	unit    string
	got     spread
	note    string
	// absent says that there was nothing to measure against.
	absent bool
}

// targetTable holds each target beside what was measured.
func targetTable(targets []target) *table {
	t := &table{title: "Targets", head: []string{"measure", "", "measured", "quartiles", "target", "met"}, words: 2}
	for _, x := range targets {
		sign := ">="
		if x.atMost {
			sign = "<="
		}
		if x.absent {
			t.add(x.measure, x.note, "-", "-", sign+" "+number(x.want)+x.unit, "-")
			continue
		}
		met := "no"
		if x.atMost && x.got.median <= x.want || !x.atMost && x.got.median >= x.want {
			met = "yes"
		}
		t.add(x.measure, x.note, number(x.got.median)+x.unit, number(x.got.low)+" to "+number(x.got.high), sign+" "+number(x.want)+x.unit, met)
	}
	return t
}

// number writes a figure with as many digits as its noise allows.
func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	if v < 0.1 {
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
