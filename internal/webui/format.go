package webui

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

var functions = template.FuncMap{
	"ago": ago, "count": count, "stamp": stamp, "machine": machine, "day": day, "px": px, "words": words, "short": short, "link": link, "sentence": sentence, "sub": sub, "about": about, "kind": kind, "event": event, "date": date, "spanOf": spanOf,
}

// ago is how long before now a time was, as people say it.
func ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour") + " ago"
	default:
		return plural(int(d.Hours()/24), "day") + " ago"
	}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// count is a number with its thousands apart.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func stamp(t time.Time) string   { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }
func date(t time.Time) string    { return t.UTC().Format("2 Jan 2006") }
func day(t time.Time) string     { return t.UTC().Format("Mon 2 Jan") }

// sub is a difference.
func sub(a, b int64) int64 { return a - b }

// spanOf is the time that an incident's numbers are counted over.
func spanOf(s string) string {
	switch s {
	case "hour", "day":
		return "in " + map[string]string{"hour": "an hour", "day": "a day"}[s]
	case "days":
		return "over days"
	}
	return "since it was opened"
}

// px is a length in an SVG.
func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// words makes words of a name in kebab-case or snake_case.
func words(s any) string {
	return strings.NewReplacer("-", " ", "_", " ").Replace(fmt.Sprint(s))
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// asInvalid is what is wrong with a decision, as a sentence without the name of the
// field in front.
func asInvalid(err error) (string, bool) {
	var invalid ledger.InvalidChange
	if !errors.As(err, &invalid) {
		return "", false
	}
	return reason(invalid.Error()), true
}

func reason(s string) string {
	if _, after, ok := strings.Cut(s, ": "); ok {
		s = after
	}
	return sentence(s) + "."
}

// short cuts a text for a list.
func short(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// link is an address that may stand in a link: https only. It comes from a rule, and
// rules can be anyone's.
func link(s string) string {
	if u, err := url.Parse(s); err == nil && u.Scheme == "https" && u.Host != "" {
		return s
	}
	return ""
}
