package guard

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// containedMark takes the place of a text of a contained source. Its skeleton may
// follow it.
const containedMark = "[redacted:" + action.ContainedID + "]"

// contained is what stays of a text of a contained source, after the rules have
// masked what they find: all of it where it is structure; else its mask, which a
// skeleton may follow; of JSON the same for each of its strings, and of a URL its host
// and the words of its path. Whoever asks a second time gets what he gives.
func (s *Session) contained(sl *slot, text string, skeletons bool) string {
	if text == "" || s.force.recogniser.Whole(text) {
		return text
	}
	switch sl.Place.Part {
	case field.SchemaURL, field.EntityRef, field.TraceState, field.LinkTraceState:
		return text // names of the data model, and what other tracers can read of ours
	case field.SpanName, field.SpanEventName, field.EventName, field.ScopeName, field.ScopeVersion, field.SeverityText:
		if policy.OneWord(text) || finding.Skeleton(text) == text {
			return text
		}
		return s.skeleton(sl, text, "", skeletons)
	}
	if identifying[sl.Place.Path] && sl.Place.Part == field.ResourceAttribute {
		return text // by it the next gate knows the source
	}
	if sl.Kind == field.Bytes {
		return containedMark
	}
	if shape, ok := sl.scope.Structural(sl.Place); ok && (shape(text) || ours(sl.Place.Path) && finding.Skeleton(text) == text) {
		return text
	}
	if doc := strings.TrimLeft(text, " \t\r\n"); doc != "" && (doc[0] == '{' || doc[0] == '[') && json.Valid([]byte(text)) {
		return s.containedJSON(sl, text, skeletons)
	}
	return s.containedValue(sl, text, sl.Place.Key, sl.Place.Part == field.Body && sl.Place.Path == "" || sl.Place.Part == field.StatusMessage, skeletons)
}

// containedValue is what stays of a value that is no structure. Only what a program
// writes as a sentence has a skeleton: the words of any other value may be the value.
func (s *Session) containedValue(sl *slot, text, key string, message, skeletons bool) string {
	switch {
	case message || writesMessages(key):
		return s.skeleton(sl, text, key, skeletons)
	case holdsURL(key):
		if url, ok := containedURL(text, key); ok {
			return url
		}
	}
	return containedMark
}

// ours reports whether an attribute is one of a finding on its way to a ledger, which
// may be a template.
func ours(path string) bool { return strings.HasPrefix(path, "airtight.") }

// writesMessages reports whether the field is one that holds sentences a program wrote.
func writesMessages(key string) bool {
	switch key {
	case "error", "err", "exception", "error.message", "exception.message", "event",
		"stack", "stacktrace", "stack_trace", "error.stack", "error.stack_trace", "exception.stacktrace",
		"db.query.text", "db.statement", "db.query.summary", "otel.status_description":
		return true
	}
	return isMessage(key)
}

// skeleton is the mask with the skeleton of a text, or without where there is none
// that would stay as it is: the rules are asked about it, those that are off too.
func (s *Session) skeleton(sl *slot, text, key string, wanted bool) string {
	if !wanted {
		return containedMark
	}
	masked, ok := s.force.mask(unmarked(text[:min(len(text), maxTemplateText)]), key, sl.scope)
	if !ok {
		return containedMark
	}
	words := unmarked(finding.Skeleton(masked))
	// One word alone may as well be the value.
	if !strings.Contains(words, " ") || finding.Skeleton(words) != words {
		return containedMark
	}
	if again, ok := s.force.mask(words, key, sl.scope); !ok || again != words {
		return containedMark
	}
	return containedMark + " " + words
}

// unmarked is a text without the masks it starts with.
func unmarked(text string) string {
	for {
		text = strings.TrimLeft(text, " ")
		rest, ok := strings.CutPrefix(text, containedMark)
		if !ok {
			return text
		}
		text = rest
	}
}

// maxPath is how long a path in a JSON text may be to be one of a structural field; it
// bounds what a deep text costs.
const maxPath = 128

// maxMessages is how many strings of a JSON text get a skeleton: each costs two scans.
const maxMessages = 64

// containedJSON is valid JSON with its strings contained; keys, numbers, booleans,
// nulls and all space stay.
func (s *Session) containedJSON(sl *slot, text string, skeletons bool) string {
	var out bytes.Buffer
	var path jsonPath
	messages := 0
	for i := 0; i < len(text); {
		switch text[i] {
		case '"':
			end := i + stringLength(text[i:])
			if literal := text[i:end]; isJSONKey(text[end:]) {
				path.key(literal)
				out.WriteString(literal)
			} else {
				if writesMessages(path.last()) {
					messages++
				}
				out.WriteString(s.containedString(sl, literal, &path, skeletons && messages <= maxMessages))
			}
			i = end
			continue
		case '{', '[':
			path.open()
		case '}', ']':
			path.close()
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

// containedString is what stays of a string, which comes and goes with its quotes.
func (s *Session) containedString(sl *slot, literal string, path *jsonPath, skeletons bool) string {
	var text string
	if json.Unmarshal([]byte(literal), &text) != nil {
		return `"` + containedMark + `"`
	}
	if text == "" || s.force.recogniser.Whole(text) {
		return literal
	}
	if at := path.String(); at != "" {
		if shape, ok := sl.scope.Structural(field.Place{Signal: sl.Place.Signal, Part: field.Body, Path: at}); ok && shape(text) {
			return literal
		}
	}
	value := s.containedValue(sl, text, path.last(), false, skeletons)
	if value == text {
		return literal
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return `"` + containedMark + `"`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// stringLength is the length of the JSON string that text starts with.
func stringLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// isJSONKey reports whether the string that ended before rest is the key of a member.
func isJSONKey(rest string) bool {
	return strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), ":")
}

// jsonPath is where in a JSON text a value stands: the keys from the outside in, as far
// as they are short enough to matter.
type jsonPath struct {
	names []string // one for each object or array that is open, and the key in it
	deep  int      // how many more are open
}

const maxPathDepth = 16

func (p *jsonPath) open() {
	if len(p.names) < maxPathDepth {
		p.names = append(p.names, "")
		return
	}
	p.deep++
}

func (p *jsonPath) close() {
	if p.deep > 0 {
		p.deep--
		return
	}
	p.names = p.names[:len(p.names)-1]
}

func (p *jsonPath) key(literal string) {
	if p.deep > 0 {
		return
	}
	if len(literal) > maxPath || json.Unmarshal([]byte(literal), &p.names[len(p.names)-1]) != nil {
		p.names[len(p.names)-1] = literal
	}
}

// last is the nearest key.
func (p *jsonPath) last() string {
	if p.deep > 0 {
		return ""
	}
	for i := len(p.names) - 1; i >= 0; i-- {
		if p.names[i] != "" {
			return p.names[i]
		}
	}
	return ""
}

// String is the path, or "" where it is too long to be one that is known.
func (p *jsonPath) String() string {
	if p.deep > 0 {
		return ""
	}
	var b strings.Builder
	for _, name := range p.names {
		if name == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if b.Len()+len(name) > maxPath {
			return ""
		}
		b.WriteString(name)
	}
	return b.String()
}

// inURL is what stands in a URL for a part that went.
const inURL = "REDACTED"

// holdsURL reports whether the field holds a URL or part of one.
func holdsURL(key string) bool {
	switch key {
	case "url.full", "url.original", "url.path", "url.query", "http.url", "http.target":
		return true
	}
	return false
}

// containedURL is a URL with its scheme, its host and the words of its path; ok is
// false where it is none that can be read.
func containedURL(text, key string) (url string, ok bool) {
	if key == "url.query" {
		return inURL, true
	}
	rest, end := text, ""
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest, end = rest[:i], rest[i:i+1]+inURL
	}
	var b strings.Builder
	scheme, after, absolute := strings.Cut(rest, "://")
	if !absolute && key != "url.path" && key != "http.target" {
		return "", false
	}
	if absolute {
		authority, path := after, ""
		if i := strings.IndexByte(after, '/'); i >= 0 {
			authority, path = after[:i], after[i:]
		}
		if i := strings.LastIndexByte(authority, '@'); i >= 0 {
			b.WriteString(scheme + "://" + inURL + "@")
			authority = authority[i+1:]
		} else {
			b.WriteString(scheme + "://")
		}
		if strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz+") != "" || !hostLike(authority) {
			return "", false
		}
		b.WriteString(authority)
		rest = path
	}
	for i, segment := range strings.Split(rest, "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		if pathWord(segment) {
			b.WriteString(segment)
		} else {
			b.WriteByte('*')
		}
	}
	b.WriteString(end)
	return b.String(), true
}

func hostLike(s string) bool {
	for i := range len(s) {
		if byteKinds[s[i]] < lowerLetter && !strings.ContainsRune(".-:[]_", rune(s[i])) {
			return false
		}
	}
	return len(s) <= 253+len(":65535")
}

// pathWord reports whether a part of a path is a word or the version of an interface.
func pathWord(s string) bool {
	const longest = 32
	if version, ok := strings.CutPrefix(s, "v"); ok && len(version) <= 2 && strings.Trim(version, "0123456789") == "" {
		return true
	}
	for i := range len(s) {
		if k := byteKinds[s[i]]; k != lowerLetter && k != upperLetter && !strings.ContainsRune("._-{}*", rune(s[i])) {
			return false
		}
	}
	return len(s) <= longest
}
