package ruledocs

import (
	"fmt"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// lanes say what makes the engine look for a rule.
var lanes = map[string]string{
	"literal": "a literal of its pattern",
	"keyword": "one of its keywords",
	"key":     "its key",
	"shape":   "the shape of its first bytes",
	"slow":    "its pattern, searched in every text",
}

// writeRule writes what is to be known of one rule.
func writeRule(b *strings.Builder, r *rule.Rule, plan detect.Plan) {
	fmt.Fprintf(b, "\n### %s\n\n%s.\n\n", r.ID, text(upper(r.Description)))
	fmt.Fprintf(b, "- Class %s, pack %s, severity %s, confidence %s, since %s\n", r.Class, r.Pack, r.Severity, r.Confidence, r.Since)
	found := lanes[plan.Lane]
	if plan.Lane == "literal" {
		found += ": " + codes(plan.Literals)
	}
	line(b, "Looked for at", found)
	line(b, "Keys", codes(r.Keys))
	if r.Literals != "" {
		line(b, "Reads", "each literal of a query in "+r.Literals)
	}
	line(b, "Keywords, one of which must stand near", codes(r.Keywords))
	line(b, "More confident near", codes(r.Context))
	if len(r.Validators) > 0 {
		line(b, "[Validators](../writing-rules.md#validators)", codes(r.Validators))
	}
	line(b, "Never", codes(r.IgnoreValues))
	line(b, "Format", link(r.Doc))
	line(b, "Revoke", link(r.Revoke))
	b.WriteString("\n")
	var f strings.Builder
	fenced(&f, "pattern", r.Pattern)
	for _, e := range r.Examples.Match {
		fenced(&f, "match", e)
	}
	for _, e := range r.Examples.Ignore {
		fenced(&f, "ignore", e)
	}
	fence := "```"
	for strings.Contains(f.String(), fence) {
		fence += "`"
	}
	b.WriteString(fence + "text\n" + f.String() + fence + "\n")
}

func line(b *strings.Builder, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "- %s: %s\n", name, text)
	}
}

// link is an address as a link, and any other text as it is.
func link(s string) string {
	if strings.HasPrefix(s, "http") {
		return "<" + s + ">"
	}
	return text(s)
}

// fenced writes a text beside its name, further lines under the first.
func fenced(b *strings.Builder, name, s string) {
	if s == "" {
		return
	}
	const indent = 9
	s = strings.TrimRight(visible(s), "\n")
	fmt.Fprintf(b, "%-*s%s\n", indent, name, strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", indent)))
}

// visible writes control characters as escapes.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f, 0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, r == 0xfeff:
			if r < 0x80 {
				fmt.Fprintf(&b, `\x%02x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// codes are texts as code, one after the other.
func codes(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = code(s)
	}
	return strings.Join(out, ", ")
}

// code is a text as code.
func code(s string) string {
	s = strings.ReplaceAll(visible(s), "\n", `\n`)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) != s {
		s = " " + s + " "
	}
	return fence + s + fence
}

// cell is Markdown in a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// text is prose in which nothing is markup.
func text(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`, "[", `\[`).Replace(s)
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
