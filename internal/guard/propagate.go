package guard

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/validate"
)

// The bounds of what is looked for in a whole batch because it was found in one
// place.
const (
	maxProven      = 256      // values
	maxProvenBytes = 32 << 10 // all of them together
	maxProvenValue = 1 << 10
)

// propagate adds the matches of what was proven in one place and stands in others.
// Texts are looked through once for all values together, and only those that hold one
// are examined again.
func (s *Session) propagate() {
	values := s.proven()
	if len(values) == 0 {
		return
	}
	known := detect.NewKnown(values)
	limits := s.force.policy.Limits
	texts, parts, next := len(s.texts), len(s.parts), 0
	for t := range texts {
		from := next
		for next < len(s.found) && s.found[next].Text == t {
			next++
		}
		text := s.texts[t].Text
		if standsOutside(known, text, s.found[from:next]) {
			s.texts = append(s.texts, detect.Text{Text: text, Known: known, MaxDepth: limits.MaxDepth, MaxDecode: limits.MaxDecode})
			s.parts = append(s.parts, s.parts[t])
		}
	}
	for i := range s.slots {
		if text := s.slots[i].Text; s.slots[i].known && standsOutside(known, text, nil) {
			s.texts = append(s.texts, detect.Text{Text: text, Known: known, MaxDepth: limits.MaxDepth, MaxDecode: limits.MaxDecode})
			s.parts = append(s.parts, part{slot: int32(i)})
		}
	}
	if len(s.texts) > texts {
		found := s.scan(s.spans.found[:0], s.texts[texts:])
		for _, m := range found {
			p := s.parts[parts+m.Text]
			m.Span = m.Span.Shift(int(p.from))
			s.extra = append(s.extra, extra{p.slot, m})
		}
		s.spans.found = found
		slices.SortStableFunc(s.extra, func(a, b extra) int { return int(a.slot - b.slot) })
	}
	s.texts, s.parts, s.known = s.texts[:texts], s.parts[:parts], known
}

// standsOutside reports whether a known value stands in text where nothing was found.
func standsOutside(known *detect.Known, text string, found []detect.Match) bool {
	for at := range known.In(text) {
		if !slices.ContainsFunc(found, func(m detect.Match) bool { return m.Reason == field.ReasonNone && m.Span.Contains(at) }) {
			return true
		}
	}
	return false
}

// proven collects the values of this batch that a rule has found, that the policy
// masks and that are worth looking for elsewhere, with the forms they may have there.
func (s *Session) proven() (values []detect.KnownValue) {
	var have map[string]bool
	bytes := 0
	add := func(sl *slot, m *detect.Match) {
		if m.Literal {
			return // an id or a state as likely as a secret
		}
		if len(values) >= maxProven || m.Reason != field.ReasonNone || m.Rule < 0 || have[m.Value] || len(m.Value) < detect.KnownLen || len(m.Value) > maxProvenValue {
			return
		}
		if !provable(s.force.policy.Rules[m.Rule].Class, m.Value) {
			return
		}
		h, enforce, ok := s.judge(sl, *m, false)
		if !ok || !enforce || h.Confidence < rule.Medium || len(s.force.recogniser.Find(nil, m.Value)) > 0 {
			return
		}
		if have == nil {
			have = map[string]bool{}
		}
		value := strings.Clone(m.Value)
		have[value] = true
		for _, form := range forms(value) {
			if bytes += len(form); bytes <= maxProvenBytes {
				values = append(values, detect.KnownValue{Text: form, Value: value, Rule: m.Rule})
			}
		}
	}
	for i := range s.found {
		add(&s.slots[s.parts[s.found[i].Text].slot], &s.found[i])
	}
	for i := range s.extra {
		add(&s.slots[s.extra[i].slot], &s.extra[i].Match)
	}
	return values
}

// forms are a value as it is, as JSON and URLs write it, and under base64.
func forms(value string) []string {
	out := []string{value, base64.RawStdEncoding.EncodeToString([]byte(value))}
	if quoted, err := json.Marshal(value); err == nil {
		out = append(out, string(quoted[1:len(quoted)-1]))
	}
	out = append(out, url.QueryEscape(value), url.PathEscape(value), base64.RawURLEncoding.EncodeToString([]byte(value)))
	slices.Sort(out[1:])
	return slices.Compact(out)
}

// provable reports whether a value of a class says enough by itself to be masked
// wherever it stands: what could be a word, a name, a date or a small number does not.
// What other classes hold is found by its own form (contact, network) or is made of
// words.
func provable(c rule.Class, value string) bool {
	digits := countDigits(value)
	switch c {
	case rule.Secret:
		if digits == len(value) {
			return digits >= minSecretDigits
		}
		return random(value, digits) && !isName(value) && !isDate(value)
	case rule.Payment, rule.Identity:
		return !isDate(value) && (digits >= minDigits || random(value, digits) && !isName(value))
	}
	return false
}

// A number of fewer digits may be an amount, a date or a count.
const (
	minDigits       = 9
	minSecretDigits = 12
)

var (
	tokenLike, _  = validate.Lookup("token-like")
	tokenShape, _ = validate.Lookup("token-shape")
)

// random reports whether a value has letters and digits, or letters as no word and no
// name in code has them.
func random(value string, digits int) bool {
	return digits > 0 && tokenLike(value) || tokenShape(value)
}

func countDigits(value string) (n int) {
	for i := range len(value) {
		if byteKinds[value[i]] == digit {
			n++
		}
	}
	return n
}

// isName reports whether value is several words joined, with numbers between or
// behind them, as us-east-1 and shop-db-02.example.com are.
func isName(value string) bool {
	words := 0
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune("-_./: ", r) }) {
		words++
		letters := strings.TrimRight(word, "0123456789")
		if countDigits(letters) > 0 || letters != "" && len(word)-len(letters) > 3 {
			return false
		}
		for i := 1; i < len(letters); i++ {
			if k := byteKinds[letters[i]]; k < lowerLetter || k != byteKinds[letters[1]] {
				return false
			}
		}
	}
	return words > 1
}

// isDate reports whether value starts like a date: 2026-03-01.
func isDate(value string) bool {
	const form = "0000-00-00"
	if len(value) < len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '0' && byteKinds[value[i]] != digit || form[i] == '-' && value[i] != '-' && value[i] != '/' && value[i] != '.' {
			return false
		}
	}
	return true
}
