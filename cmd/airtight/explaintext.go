package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
)

// explainer writes what a policy does with texts, and why.
type explainer struct {
	*explain.Explainer
	walker *linewalk.Walker
	under  string
	out    *bufio.Writer
}

func newExplainer(file string, format linewalk.Format, under string, out io.Writer) (*explainer, error) {
	e, err := explain.New(file)
	if err != nil {
		return nil, err
	}
	return &explainer{e, e.Walker(format), under, bufio.NewWriter(out)}, nil
}

// text explains a batch of lines.
func (e *explainer) text(b linewalk.Batch) error {
	said := e.Batch(e.walker, b, e.under)
	for _, s := range said {
		where := fmt.Sprintf("%d:%d-%d", s.Line, s.Span.Start, s.Span.End)
		if s.Unplaced {
			where = fmt.Sprint(s.Line)
		}
		fmt.Fprintf(e.out, "%-10s %s\n", where, s.Outcome)
		for _, d := range s.Details {
			fmt.Fprintf(e.out, "    %-11s %s\n", d.Name, d.Text)
		}
	}
	if len(said) == 0 {
		lines := strings.Count(strings.TrimSuffix(b.Text, "\n"), "\n") + 1
		where := fmt.Sprintf("line %d", b.First)
		if lines > 1 {
			where = fmt.Sprintf("lines %d to %d", b.First, b.First+lines-1)
		}
		fmt.Fprintf(e.out, "%s: left as it is: no rule and no field list has anything to say of it\n", where)
	}
	return e.out.Flush()
}
