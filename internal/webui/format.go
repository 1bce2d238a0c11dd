package webui

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var functions = template.FuncMap{
	"ago": ago, "count": count, "stamp": stamp, "machine": machine, "day": day, "px": px, "words": words, "short": short, "link": link,
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
func day(t time.Time) string     { return t.UTC().Format("Mon 2 Jan") }

// px is a length in an SVG.
func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// words makes words of a name in kebab-case or snake_case.
func words(s any) string {
	return strings.NewReplacer("-", " ", "_", " ").Replace(fmt.Sprint(s))
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
