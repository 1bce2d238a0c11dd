package dossier

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// WriteJSON writes a dossier as one JSON object, indented.
func WriteJSON(w io.Writer, d *Dossier) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"stamp": stamp, "brief": func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05") }, "kind": kind,
	"plural": plural, "number": number, "shown": shown, "title": title, "values": valuesText, "chart": newChart, "px": px,
	"source": source, "span": span,
	"more": func(n, most int) int { return n - most }, "join": func(s []string) string { return strings.Join(s, ", ") },
	"firstSources": func(s []ledger.Source) []ledger.Source { return s[:min(len(s), maxSources)] }, "maxSources": func() int { return maxSources },
}).Parse(pageText))

// maxSources is how many places of a leak are printed; the JSON has all.
const maxSources = 8

// WriteHTML writes a dossier as one page that needs nothing else, to be read on a
// screen and printed.
func WriteHTML(w io.Writer, d *Dossier) error { return page.Execute(w, d) }

// kind says why an incident was opened.
func kind(k ledger.IncidentKind) string {
	switch k {
	case ledger.RateIncident:
		return "More than is ordinary"
	case ledger.NoveltyIncident:
		return "Leaked for the first time"
	case ledger.VersionIncident:
		return "Began with a version"
	}
	return shown(k)
}

// title names the subject.
func title(d *Dossier) string {
	switch d.Subject.Kind {
	case "leak":
		return "Record of a leak"
	case "incident":
		return "Record of an incident"
	}
	return "Record of leaks since " + d.Subject.Since.Format("2 January 2006")
}

// number is a count with its thousands apart, by a space that does not break.
func number(n any) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// valuesText is how many different values there were, and how sure that is.
func valuesText(v Values) string {
	about := ""
	if v.Estimated {
		about = "about "
	}
	switch {
	case v.Most == 0:
		return "not known"
	case v.Least == v.Most:
		return about + number(v.Most)
	}
	return about + number(v.Least) + " to " + number(v.Most)
}

// shown is a name that telemetry gave, without what steers the direction of text or
// can't be seen.
func shown(s any) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, fmt.Sprint(s))
}

// source is a place in code and where that ran.
func source(s ledger.Source) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	file := s.File
	if file != "" && s.Line > 0 {
		file += ":" + strconv.Itoa(s.Line)
	}
	add(file)
	add(s.Function)
	if s.Span != "" {
		add("span " + s.Span)
	}
	add(s.Instance)
	if s.Level != "" {
		add("level " + s.Level)
	}
	add(s.SDK)
	return strings.Join(parts, ", ")
}

// span is how long something went on.
func span(from, to time.Time) string {
	switch d := to.Sub(from); {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	default:
		return plural(int(d.Hours()/24), "day")
	}
}

func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
