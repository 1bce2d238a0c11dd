package ruletest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// form is a way to write a text so that no one who looks for the plain text finds it.
type form struct {
	name string
	// secrets and others are the least share of the raw recall, in percent, of secrets
	// and of the other classes. short, if set, is that of the other classes' values
	// alone: in prose, digits that write few bytes are looked at for numbers only.
	secrets, others, short int
	// alone, if set, is the least share of the secrets' values alone.
	alone int
	// runes writes a text rune by rune; of a form without it whole writes all.
	runes func(r rune) string
	whole func(text string) string
	// entire says that a text is written so as a whole or not at all.
	entire bool
	// only, if set, says which values the form says something about.
	only func(value string) bool
}

var forms = []form{
	{name: "base64", secrets: 95, others: 95, short: 84, whole: func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{name: "base64, URL", secrets: 95, others: 95, short: 84, whole: func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }},
	{name: "base64, no padding", secrets: 95, others: 95, short: 84, whole: func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
	{name: "base64, wrapped", secrets: 95, others: 95, short: 84, whole: func(s string) string { return wrap(base64.StdEncoding.EncodeToString([]byte(s))) }},
	{name: "base64, twice", secrets: 95, others: 95, short: 84, whole: func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	}},
	{name: "gzip, base64", secrets: 95, others: 95, whole: func(s string) string { return base64.StdEncoding.EncodeToString(gzipped(s)) }},
	{name: "hexadecimal", secrets: 95, others: 95, short: 90, whole: func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{name: "hexadecimal, colons", secrets: 95, others: 95, short: 85, whole: func(s string) string { return pairs(s, ":") }},
	{name: "hexadecimal, blanks", secrets: 95, alone: 80, others: 95, short: 80, whole: func(s string) string { return pairs(s, " ") }},
	{name: "base32", secrets: 95, others: 95, short: 70, whole: func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) }},
	{name: "percent", secrets: 95, others: 95, runes: eachByte("%%%02X", keep("-._~"))},
	{name: "\\x", secrets: 95, others: 95, runes: eachByte(`\x%02x`, nil)},
	{name: "\\u", secrets: 95, others: 95, runes: func(r rune) string {
		if r > 0xffff {
			return string(r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}},
	{name: "HTML, named", secrets: 95, others: 95, runes: func(r rune) string {
		return strings.NewReplacer(`&`, "&amp;", `"`, "&quot;", `'`, "&#39;", "<", "&lt;", ">", "&gt;", "@", "&commat;", "=", "&equals;").Replace(string(r))
	}},
	{name: "HTML, numbers", secrets: 95, others: 95, runes: func(r rune) string { return fmt.Sprintf("&#%d;", r) }},
	{name: "HTML, hexadecimal", secrets: 95, others: 95, runes: func(r rune) string { return fmt.Sprintf("&#x%X;", r) }},
	{name: "quoted-printable", secrets: 95, others: 95, entire: true, runes: softly(eachByte("=%02X", keep(" !\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~")))},
	{name: "fullwidth", secrets: 90, others: 98, runes: func(r rune) string {
		if r <= ' ' || r > '~' || r == '"' || r == '\\' {
			return string(r)
		}
		return string(r - '!' + '！')
	}},
	{name: "zero width", secrets: 90, others: 98, runes: func(r rune) string { return string(r) + "\u200b" }},
	{name: "soft hyphens, bidi", secrets: 90, others: 98, runes: func(r rune) string { return "\u00ad" + string(r) + "\u200e" }},
	{name: "mathematical", secrets: 90, others: 98, runes: func(r rune) string {
		switch {
		case 'a' <= r && r <= 'z':
			return string(r - 'a' + '𝚊')
		case 'A' <= r && r <= 'Z':
			return string(r - 'A' + '𝙰')
		case '0' <= r && r <= '9':
			return string(r - '0' + '𝟶')
		}
		return string(r)
	}},
	{name: "Arabic digits", secrets: 90, others: 98, runes: digits('٠'), only: hasDigit},
	{name: "Devanagari digits", secrets: 90, others: 98, runes: digits('०'), only: hasDigit},
	{name: "Cyrillic doubles", secrets: 90, others: 98, runes: doubles("ABCEHIJKMOPSTXYacehijopsuxy", "АВСЕНІЈКМОРЅТХУасеһіјорѕυху")},
	{name: "Greek doubles", secrets: 90, others: 98, runes: doubles("ABEHIKMNOPTXYZaiopuvy", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖαιορυνγ")},
	{name: "no-break spaces", secrets: 90, others: 98, runes: swap(" ", "\u00a0")},
	{name: "thin spaces", secrets: 90, others: 98, runes: swap(" ", "\u2009")},
	{name: "en dashes", secrets: 90, others: 98, runes: swap("-", "–")},
	{name: "hyphens", secrets: 90, others: 98, runes: swap("-", "‐")},
}

// sampled is how many rules' examples a run takes: every nth.
const sampled = 3

// TestForms holds the catalogue to its recall where what it looks for is written in
// another form: the share of values found raw that go whole.
func TestForms(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Compile(Policy(catalogue), catalogue, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := detect.Compile(p.Rules)
	if err != nil {
		t.Fatal(err)
	}
	scope := p.For(field.Resource{})
	gone := func(text string, value span.Span) bool {
		var spans []span.Span
		for _, m := range engine.Scan(nil, []detect.Text{{Text: text, Want: engine.All(), MaxDepth: p.Limits.MaxDepth, MaxDecode: p.Limits.MaxDecode}}) {
			if m.Reason == field.ReasonNone && m.Confidence >= scope.Rule(m.Rule).MinConfidence {
				spans = append(spans, m.Span)
			}
		}
		for _, s := range span.Merge(spans) {
			if s.Contains(value) {
				return true
			}
		}
		return false
	}
	// By form, for secrets and the other classes, with the whole text in the form and
	// the value alone.
	table := make([][4]recall, len(forms))
	for n, r := range p.Rules {
		if n%sampled != 0 {
			continue
		}
		column := 2
		if r.Class == rule.Secret {
			column = 0
		}
		for _, marked := range r.Examples.Match {
			example, marks := unmark(marked)
			if len(marks) == 0 {
				marks = []span.Span{{End: len(example)}}
			}
			for _, m := range marks {
				const before, after = "10:11:12 INFO got ", "\nnext"
				if !gone(before+example+after, m.Shift(len(before))) {
					continue
				}
				for i := range forms {
					f := &forms[i]
					if f.only != nil && !f.only(m.In(example)) {
						continue
					}
					text, value := f.write(example, m)
					table[i][column].count(gone(before+text+after, value.Shift(len(before))), r.ID)
					if f.entire {
						continue
					}
					head := before + example[:m.Start]
					text, value = f.write(m.In(example), span.Span{End: m.Len()})
					table[i][column+1].count(gone(head+text+example[m.End:]+after, value.Shift(len(head))), r.ID)
				}
			}
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tsecrets\t\t\t\tother classes\t\t\t\t")
	fmt.Fprintln(w, "form\twhole text\t\tvalue alone\t\twhole text\t\tvalue alone\t\t")
	for i, f := range forms {
		fmt.Fprintf(w, "%s", f.name)
		for column, s := range table[i] {
			fmt.Fprintf(w, "\t%.1f %%\t%d/%d", 100*float64(s.gone)/float64(max(s.of, 1)), s.gone, s.of)
			floor := [...]int{f.secrets, cmp.Or(f.alone, f.secrets), f.others, cmp.Or(f.short, f.others)}[column]
			if s.gone*100 < floor*s.of {
				t.Errorf("%s: %d of %d found, less than %d %%; missed by %v", f.name, s.gone, s.of, floor, s.missed)
			}
		}
		fmt.Fprintln(w, "\t")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("share of the values found raw\n" + b.String())
}

// recall counts the values that go, and notes whose do not.
type recall struct {
	gone, of int
	missed   []string
}

func (s *recall) count(gone bool, id string) {
	if s.of++; gone {
		s.gone++
	} else {
		s.missed = append(s.missed, id)
	}
}

// write is a text in the form, and where a value of it then stands. A value in a
// form that writes only the whole stands in all of it.
func (f *form) write(text string, value span.Span) (string, span.Span) {
	if f.whole != nil {
		out := f.whole(text)
		return out, span.Span{End: len(out)}
	}
	var b strings.Builder
	at := span.Span{Start: -1}
	for i, r := range text {
		s := f.runes(r)
		if i == value.Start {
			// What stands before the value's first character is no part of it.
			at.Start = b.Len() + max(0, strings.IndexRune(s, r))
		}
		if b.WriteString(s); i+len(string(r)) == value.End {
			at.End = b.Len() - len(s) + endOf(s, r)
		}
	}
	return b.String(), at
}

// endOf is where a rune ends in what it is written as: what is invisible behind it
// is no part of it.
func endOf(s string, r rune) int {
	if i := strings.IndexRune(s, r); i >= 0 {
		return i + len(string(r))
	}
	return len(s)
}

// pairs are the bytes of s in hexadecimal digits with something between each two.
func pairs(s, between string) string {
	var all []string
	for _, c := range []byte(s) {
		all = append(all, fmt.Sprintf("%02x", c))
	}
	return strings.Join(all, between)
}

func wrap(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	b.WriteString(s)
	return b.String()
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s)) // a Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// keep says which runes a form leaves as they are: letters, digits and some more.
func keep(more string) func(r rune) bool {
	return func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(more, r)
	}
}

func eachByte(format string, kept func(r rune) bool) func(r rune) string {
	return func(r rune) string {
		if kept != nil && kept(r) {
			return string(r)
		}
		var b strings.Builder
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
}

// softly breaks the lines of quoted-printable, short ones so that values are hit.
func softly(write func(r rune) string) func(r rune) string {
	n := 0
	return func(r rune) string {
		s := write(r)
		if r == '\n' {
			n = 0
			return s
		}
		if n += len(s); n > 20 {
			n = len(s)
			return "=\r\n" + s
		}
		return s
	}
}

func digits(zero rune) func(r rune) string {
	return func(r rune) string {
		if '0' <= r && r <= '9' {
			return string(r - '0' + zero)
		}
		return string(r)
	}
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func doubles(latin, other string) func(r rune) string {
	to := []rune(other)
	return func(r rune) string {
		if i := strings.IndexRune(latin, r); i >= 0 {
			return string(to[i])
		}
		return string(r)
	}
}

func swap(from, to string) func(r rune) string {
	return func(r rune) string { return strings.ReplaceAll(string(r), from, to) }
}
