package demo

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/cause"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// ReadLeaks reads every leak from a ledger, with its details, by service. Services of
// which a new version began to leak come last.
func ReadLeaks(ctx context.Context, l ledger.Reader) ([]ledger.Detail, error) {
	var all []ledger.Detail
	for next := ""; ; {
		page, err := l.Leaks(ctx, ledger.Filter{Next: next})
		if err != nil {
			return nil, err
		}
		for _, k := range page.Leaks {
			d, err := l.Leak(ctx, k.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, *d)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	fresh := map[string]int{}
	for _, d := range all {
		if d.Cause == cause.NewVersion {
			fresh[d.Service] = 1
		}
	}
	slices.SortFunc(all, func(a, b ledger.Detail) int {
		return cmp.Or(cmp.Compare(fresh[a.Service], fresh[b.Service]), strings.Compare(a.Service, b.Service), strings.Compare(source(a), source(b)), strings.Compare(a.Rule, b.Rule), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

// source is where a leak stands: its line of code, where that is known.
func source(d ledger.Detail) string {
	if len(d.Sources) > 0 && d.Sources[0].File != "" {
		return fmt.Sprintf("%s:%d", path.Base(d.Sources[0].File), d.Sources[0].Line)
	}
	if len(d.Sources) > 0 {
		return clean(d.Sources[0].Span)
	}
	return ""
}

// Leaks prints a ledger's leaks: which service and version leaks what, where, and
// the likely cause. A version that leaks what the one before did not is told of.
func (s Screen) Leaks(leaks []ledger.Detail) {
	services, findings, exposed := map[string]int{}, int64(0), 0
	for _, d := range leaks {
		services[d.Service]++
		findings += d.Count
		if d.Exposure == ledger.Exposed {
			exposed++
		}
	}
	s.Say("What the ledger knows of the leaks")
	fmt.Fprintln(s.W)
	head := [columns]string{"what", "where", "line or span", "likely cause"}
	rows := make([][columns]string, len(leaks))
	widths := [columns]int{}
	for i, d := range leaks {
		rows[i] = [columns]string{clean(d.Rule), clean(where(d)), source(d), words(d)}
		for j, most := range [columns]int{32, 34, 28, 40} {
			widths[j] = min(max(widths[j], len(head[j]), utf8.RuneCountInString(rows[i][j])), most)
		}
	}
	fmt.Fprintln(s.W, s.paint(faint, row(head, widths)))
	for i, d := range leaks {
		if i == 0 || leaks[i-1].Service != d.Service {
			fmt.Fprintln(s.W, s.paint(bold, fmt.Sprintf("%s %s", clean(d.Service), clean(d.Version)))+s.paint(faint, "  "+count(services[d.Service], "leak")))
		}
		line := row(rows[i], widths)
		if d.Cause == cause.NewVersion {
			line = s.paint(leak, line)
		}
		fmt.Fprintln(s.W, line)
	}
	fmt.Fprintln(s.W)
	for _, reason := range news(leaks) {
		fmt.Fprintln(s.W, s.paint(leak, reason))
	}
	end := "all masked before they were sent on"
	if exposed > 0 {
		end = fmt.Sprintf("%d of them sent on as they were", exposed)
	}
	fmt.Fprintf(s.W, "%s of %s, %s, %s.\n", count(len(leaks), "leak"), count(len(services), "service"), count(int(findings), "value"), end)
}

// columns are those of the table of leaks.
const columns = 4

// row is a line of the table.
func row(cells [columns]string, widths [columns]int) string {
	var b strings.Builder
	for i, text := range cells {
		b.WriteString("  ")
		b.WriteString(fit(text, widths[i]))
	}
	return strings.TrimRight(b.String(), " ")
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// where is the field, or the kind of field where it has no name.
func where(d ledger.Detail) string {
	place := strings.ReplaceAll(strings.ReplaceAll(d.Place, "_", " "), ".", " ")
	if d.Field != "" && d.Place != "body" {
		return d.Field
	}
	if d.Field != "" {
		return "body: " + d.Field
	}
	return place
}

// words are the hypotheses in a few words.
func words(d ledger.Detail) string {
	spelt := map[cause.Kind]string{cause.SQLText: "SQL text", cause.URL: "URL", cause.Unknown: "not known"}
	var all []string
	for _, c := range d.Causes {
		all = append(all, cmp.Or(spelt[c.Kind], strings.ReplaceAll(string(c.Kind), "-", " ")))
	}
	return strings.Join(all, ", ")
}

// news says of each version that began to leak what speaks for it.
func news(leaks []ledger.Detail) (all []string) {
	fresh := map[string]int{}
	for _, d := range leaks {
		if d.Cause == cause.NewVersion {
			fresh[d.Service]++
		}
	}
	told := map[string]bool{}
	for _, d := range leaks {
		if d.Cause == cause.NewVersion && !told[d.Service] {
			told[d.Service] = true
			all = append(all, fmt.Sprintf("%s: %s. %s", clean(d.Service), count(fresh[d.Service], "new leak"), clean(d.Causes[0].Reason)))
		}
	}
	return all
}

// fit is a text in so many columns.
func fit(text string, columns int) string {
	runes := []rune(text)
	if len(runes) > columns {
		return string(runes[:columns-1]) + "…"
	}
	return text + strings.Repeat(" ", columns-len(runes))
}

// Event prints what happens in the shop or the ledger, with the time.
func (s Screen) Event(at time.Time, bad bool, text string) {
	st := mask
	if bad {
		st = leak
	}
	const margin = "          " // as wide as a time and what stands behind it
	var cells []cell
	for _, r := range clean(text) {
		cells = append(cells, cell{r, st})
	}
	var out strings.Builder
	for i, line := range wrap(cells, max(s.Width-len(margin), 20)) {
		head := margin
		if i == 0 {
			head = s.paint(faint, at.Local().Format(time.TimeOnly)) + "  "
		}
		out.WriteString(head + s.render(line) + "\n")
	}
	fmt.Fprint(s.W, out.String()) // at once: others print too
}
