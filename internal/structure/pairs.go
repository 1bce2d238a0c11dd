package structure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// operator is what stands between a key and its value.
type operator uint8

const (
	noOperator operator = iota
	equals              // = := => == += ?= and their kin
	colon               // :
	comma               // between two strings: set("key", "value")
	flagged             // a blank after a flag: --key value
)

// operator reads the separator after a key that ends at i and returns where the
// value may start. After a quoted key, brackets may close before it and a comma
// will do.
func (r *reader) operator(i, end int, quoted bool) (op operator, value int) {
	i = r.skipBlanks(i, end)
	if quoted {
		for i < end && (r.text[i] == ']' || r.text[i] == ')') {
			i = r.skipBlanks(i+1, end)
		}
	}
	if i >= end {
		return noOperator, i
	}
	rest := r.text[i:end]
	switch rest[0] {
	case '=':
		return r.equalsAt(i, end)
	case ':':
		colons := 1
		for colons < len(rest) && colons < 4 && rest[colons] == ':' {
			colons++
		}
		switch {
		case colons < len(rest) && rest[colons] == '=':
			return equals, i + colons + 1 // := and the ::= of grammars
		case colons > 1:
			return noOperator, i
		}
		return colon, i + 1
	case ',':
		if quoted {
			value = r.skipBlanks(i+1, end)
			if _, ok := r.quoteAt(value, end); ok {
				return comma, value
			}
		}
	case '?', '!', '+', '|', '.':
		for n := 1; n <= 2 && n < len(rest); n++ {
			switch {
			case rest[n] == '=':
				return equals, i + n + 1
			case rest[n] == ':' && n == 1 && (rest[0] == '?' || rest[0] == '!'):
				return colon, i + 2 // TypeScript's optional and definite members
			case rest[n] != rest[0]:
				return noOperator, i
			}
		}
	case 0xef:
		switch {
		case strings.HasPrefix(rest, "："):
			return colon, i + len("：")
		case strings.HasPrefix(rest, "＝"):
			return equals, i + len("＝")
		}
	}
	return noOperator, i
}

// equalsAt reads an operator that starts with an equals sign. Two of them compare,
// but only before a blank or a string: elsewhere they are base64's padding.
func (r *reader) equalsAt(i, end int) (operator, int) {
	j := i + 1
	for j < end && j < i+3 && r.text[j] == '=' {
		j++
	}
	if j < end && j == i+1 && (r.text[j] == '>' || r.text[j] == '~') {
		return equals, j + 1
	}
	if j > i+1 {
		spaced := i > 0 && classes[r.text[i-1]] == blank
		if _, ok := r.quoteAt(j, end); !ok && !spaced {
			return noOperator, i
		}
	}
	return equals, j
}

// pair reads the value of a key. name is the key in the text, escaped reports
// escapes in it, and i is right after the operator. It returns where to go on.
func (r *reader) pair(name span.Span, escaped bool, op operator, i, end int, in scope) int {
	i = r.skipBlanks(i, end)
	if i >= end || classes[r.text[i]] == lineEnd {
		return i
	}
	key := r.keyOf(name, escaped)
	if op == flagged && isUserFlag(key) {
		if stop, ok := r.userFlag(i, end, in); ok {
			return stop
		}
	}
	return r.value(name, key, op, i, end, in)
}

// keyOf is the key a span of the text writes. Of a very long one only the end
// counts.
func (r *reader) keyOf(name span.Span, escaped bool) string {
	for start := name.End - maxKey; name.Start < start; {
		name.Start = start
		for name.Start < name.End && !utf8.RuneStart(r.text[name.Start]) {
			name.Start++
		}
	}
	if !escaped {
		return name.In(r.text)
	}
	coding := Backslash
	if strings.IndexByte(name.In(r.text), '%') >= 0 {
		coding = Percent
	}
	v := Decode(r.text, name, coding)
	return v.Text
}

// value reads the value at i, which is no blank, and returns where to go on.
func (r *reader) value(name span.Span, key string, op operator, i, end int, in scope) int {
	if r.full(i) {
		return i
	}
	key = r.named.key(key, i)
	path := in.at(key)
	if lit, ok := r.stringValue(i, end); ok {
		r.named.note(key, lit.In(r.text), lit.next)
		return r.literalLeaf(lit, key, path, in)
	}
	switch c := r.text[i]; {
	case c == '{' || c == '[':
		if r.opensJSON(i, end) {
			stop, _ := r.json(i, end, in.member(key))
			return max(stop, i+1)
		}
		if c == '{' {
			return i
		}
		return r.list(key, path, i+1, end, in)
	case c == '(':
		return r.list(key, path, i+1, end, in)
	}
	switch h := headerOf(key); h {
	case cookieHeader, setCookieHeader:
		if stop := r.cookiesEnd(i, end, h); stop > i {
			s := span.Span{Start: i, End: stop}
			if r.add(Leaf{Key: key, Path: path, Span: s, Form: in.form}) {
				r.cookies(i, stop, h, in)
				return stop
			}
		}
	default:
		if stop, ok := r.credentials(i, end, key, path, in); ok {
			return stop
		}
	}
	return r.bare(name, key, path, op, i, end, in)
}

// stringValue reads the string at i if one stands there, perhaps with a prefix
// (b'…', @"…") or in a constructor (Some("…"), SecretStr('…')).
func (r *reader) stringValue(i, end int) (literal, bool) {
	j := i
	for j < end && isPrefix(r.text[i:j+1]) {
		j++
	}
	if q, ok := r.quoteAt(j, end); ok {
		return r.literalAt(q, j, end), true
	}
	j, _ = r.wordEnd(i, min(end, i+maxKey))
	if j > i && j < end && r.text[j] == '(' {
		if q, ok := r.quoteAt(j+1, end); ok {
			return r.literalAt(q, j+1, end), true
		}
	}
	return literal{}, false
}

// list reads the elements of a bracket that is not JSON: each belongs to the key.
// It stops at the first thing that is no plain element.
func (r *reader) list(key, path string, i, end int, in scope) int {
	for i < end {
		i = r.skipBlanks(i, end)
		if i >= end {
			break
		}
		switch c := r.text[i]; {
		case classes[c] == closer:
			return i + 1
		case c == ',' || classes[c] == lineEnd:
			i++
			continue
		case classes[c] == opener || c == '<':
			return i
		}
		if lit, ok := r.stringValue(i, end); ok {
			if op, _ := r.operator(lit.next, end, true); op == colon || op == equals {
				return i
			}
			i = max(i+1, r.literalLeaf(lit, key, path, in))
			continue
		}
		if stop, ok := r.credentials(i, end, key, path, in); ok {
			i = stop
			continue
		}
		word, _ := r.wordEnd(i, end)
		if op, _ := r.operator(word, end, false); op != noOperator {
			return i
		}
		stop := r.bare(span.Span{}, key, path, noOperator, i, end, in)
		if stop == i {
			return i + 1
		}
		i = stop
	}
	return i
}

// bare reads an unquoted value.
func (r *reader) bare(name span.Span, key, path string, op operator, i, end int, in scope) int {
	b := r.bareValue(i, end, op)
	if b.stop == i {
		return i
	}
	if b.form && op == equals && !name.Empty() {
		// A form body: read it as one, from the key on.
		stop := r.urlEnd(name.Start, end)
		r.query(name.Start, stop, in)
		return max(stop, b.stop)
	}
	s := span.Span{Start: i, End: b.stop}
	word := s.In(r.text)
	if op == colon && r.text[i-1] == ':' {
		if at := dsnHost(word); at > 0 {
			r.urlLeaf(urlPassword, span.Span{Start: i, End: i + at}, in)
			return i + at
		}
	}
	next, v := r.operator(b.stop, end, false)
	if op == colon && next == equals && isTypeWord(word) {
		if lit, ok := r.stringValue(r.skipBlanks(v, end), end); ok {
			return r.literalLeaf(lit, key, path, in) // token: String = "x"
		}
	}
	r.named.note(key, word, b.stop)
	if !r.add(Leaf{Key: key, Path: path, Span: s, Form: in.form, Coding: b.coding}) {
		return i
	}
	if next != noOperator {
		// The value may end in the next key: "error: password: x".
		s.End = r.lastWord(i, b.stop)
	}
	if b.coding == Verbatim && b.busy {
		r.within(s, key, path, in)
	}
	return s.End
}

// lastWord is where the key that text[i:end] ends in starts, end if it is none.
func (r *reader) lastWord(i, end int) int {
	start := end
	for start > i && end-start < maxKey {
		c, n := utf8.DecodeLastRuneInString(r.text[i:start])
		if n == 1 && classes[r.text[start-1]] != wordByte || n > 1 && !unicode.IsLetter(c) {
			break
		}
		start -= n
	}
	if !isKeyWord(r.text[start:end]) {
		return end
	}
	return start
}

// bareValue is what bareEnd found out about an unquoted value.
type bareValue struct {
	stop   int
	coding Coding
	busy   bool // something inside may be worth reading
	form   bool // another pair follows after an ampersand
}

// bareValue finds the end of the unquoted value at i. It ends at white space, a
// quote, a bracket that it did not open, and at a mark that separates it from what
// follows; a mark inside a password does not end it.
func (r *reader) bareValue(i, end int, op operator) (b bareValue) {
	j, depth := i, 0
	var percent, escape, query bool
loop:
	for j < end {
		c := r.text[j]
		switch classes[c] {
		case blank, lineEnd:
			break loop
		case wordByte:
			j++
			continue
		case wide:
			k, n := wideClass(r.text[j:end])
			if k == blank {
				break loop
			}
			j += n
			continue
		case opener:
			if depth == 0 && isTypeName(r.text[i:j]) && r.startsDump(j+1, end) {
				return bareValue{stop: i}
			}
			depth++
		case closer:
			if depth == 0 {
				break loop
			}
			depth--
		case quoteByte:
			if c != '\'' || !r.insideWord(j, end) {
				break loop
			}
		}
		switch c {
		case ',', '|', ';':
			if depth == 0 && r.separates(j, end) {
				break loop
			}
		case '&':
			if !query && (r.startsPair(j+1, end) || r.atBlank(j+1, end) || r.text[j+1] == '&') {
				b.form = r.startsPair(j+1, end)
				break loop
			}
		case '<', '>':
			if j > i && (c == '<' && j+1 < end && (r.text[j+1] == '/' || isLetter(r.text[j+1])) ||
				c == '>' && depth == 0 && r.text[i] != '<' && (r.atBlank(j+1, end) || r.text[j+1] == '<')) {
				break loop
			}
			b.busy = true
		case '\\':
			if _, ok := r.quoteAt(j, end); ok || colourLen(r.text[j:end]) > 0 || r.escapedSpace(j, end) {
				break loop
			}
			if j+1 < end && (r.text[j+1] == 'u' || r.text[j+1] == 'x') && escapeOrHex(r.text[j:end]) {
				escape = true
			}
			// A run of them is one step, so that a quote is looked for once.
			for j+1 < end && r.text[j+1] == '\\' {
				j++
			}
		case '%':
			if _, ok := hexByte(r.text[:end], j+1); ok {
				percent = true
			}
		case ':':
			if strings.HasPrefix(r.text[j:end], "://") {
				query = true
			} else if op == equals && r.startsPair(j+1, end) {
				break loop
			}
			b.busy = true
		case '?':
			query = true
			b.busy = true
		case '=', '/':
			b.busy = true
		default:
			if c < ' ' || c == 0x7f {
				break loop
			}
		}
		j++
	}
	r.steps += j - i
	b.stop = r.trimEnd(i, j, end, op)
	switch {
	case percent && !b.busy:
		b.coding = Percent
	case escape && !percent:
		b.coding = Backslash
	}
	b.busy = b.busy || percent
	return b
}

// escapedSpace reports whether the backslash at i writes white space that separates
// a value from what follows. Elsewhere it may be part of DOMAIN\name.
func (r *reader) escapedSpace(i, end int) bool {
	if i+1 >= end || strings.IndexByte("nrt", r.text[i+1]) < 0 {
		return false
	}
	return r.atBlank(i+2, end) || r.text[i+2] == '\\' || classes[r.text[i+2]] == quoteByte || r.startsPair(i+2, end)
}

// isTypeName reports whether what stands before a bracket is the name of a type,
// as in printed structures: AppConfig{host:db1 …}, map[host:db1 …]. Passwords
// rarely spell a capitalised word.
func isTypeName(name string) bool {
	const shortest, longest = 4, 64
	name = strings.TrimLeft(name, "&*")
	if name == "map" {
		return true
	}
	if len(name) < shortest || len(name) > longest || name[0] < 'A' || name[0] > 'Z' || name[1] < 'a' || name[1] > 'z' {
		return false
	}
	for i := range len(name) {
		if !isLetter(name[i]) && name[i] != '.' && name[i] != '_' {
			return false
		}
	}
	return true
}

// startsDump reports whether a pair, or the first of several words, stands after
// the bracket before i.
func (r *reader) startsDump(i, end int) bool {
	word, _ := r.wordEnd(i, min(end, i+maxKey))
	return word > i && word < end && (r.startsPair(i, end) || r.atBlank(word, end))
}

func escapeOrHex(s string) bool {
	if s[1] == 'u' {
		return escapeLen(s) > 0
	}
	_, ok := hexByte(s, 2)
	return ok
}

// trimEnd drops punctuation of the sentence from the end of a value: a full stop
// or a colon, and after prose's colon also a question or exclamation mark, which
// elsewhere may well end a password.
func (r *reader) trimEnd(i, j, end int, op operator) int {
	if !r.atBlank(j, end) {
		return j
	}
	marks := ".:"
	if op == colon {
		marks = ".:!?"
	}
	for j > i && strings.IndexByte(marks, r.text[j-1]) >= 0 {
		j--
	}
	return j
}

// separates reports whether the comma, bar or semicolon at i separates a value
// from what follows rather than belonging to it.
func (r *reader) separates(i, end int) bool {
	if r.atBlank(i+1, end) {
		return true
	}
	switch next := r.text[i+1]; classes[next] {
	case closer, quoteByte:
		return true
	case opener:
		return next == '{'
	}
	return r.startsPair(i+1, end)
}

// startsPair reports whether a key and an equals sign or colon stand at i. After a
// semicolon the key may be of several words, as in connection strings.
func (r *reader) startsPair(i, end int) bool {
	stop, _ := r.wordEnd(i, min(end, i+maxKey))
	if stop == i || !isKeyWord(r.text[i:stop]) {
		return false
	}
	for words := 0; words < 3 && stop < end && r.text[stop] == ' ' && r.text[i-1] == ';'; words++ {
		next, _ := r.wordEnd(stop+1, min(end, stop+maxKey))
		if next == stop+1 || strings.ContainsAny(r.text[i:next], "0123456789") {
			break
		}
		stop = next
	}
	stop = r.subscripts(stop, end)
	if stop >= end {
		return false
	}
	switch r.text[stop] {
	case '=':
		return true
	case ':':
		return r.text[i-1] != '&' && r.text[i-1] != ':' && !strings.HasPrefix(r.text[stop:end], "://")
	}
	return false
}

// insideWord reports whether the apostrophe at i stands between two key characters.
func (r *reader) insideWord(i, end int) bool {
	if i == 0 || i+1 >= end {
		return false
	}
	inner := func(c byte) bool { return classes[c] == wordByte || classes[c] == wide }
	return inner(r.text[i-1]) && inner(r.text[i+1])
}

// namedValue remembers what a name member said, for the value member that follows
// it: name: DB_PASSWORD, value: x.
type namedValue struct {
	name string
	end  int
}

// reach is how far after its name a value may stand.
const reach = 256

func (n *namedValue) key(key string, i int) string {
	if n.name == "" || i-n.end > reach || !isValueWord(key) {
		return key
	}
	key, n.name = n.name, ""
	return key
}

func (n *namedValue) note(key, value string, end int) {
	if isNameWord(key) && isKeyLike(value) {
		n.name, n.end = value, end
	}
}

// isKeyWord reports whether a word can be a key: it holds a letter, and it does
// not begin like a number or a date.
func isKeyWord(word string) bool {
	if word == "" || isDigit(word[0]) && (len(word) == 1 || !isLetter(word[1]) && word[1] != '_') {
		return false
	}
	for i := range len(word) {
		if isLetter(word[i]) || word[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// isKeyLike reports whether a string can be a key: short, without a line break,
// and with a letter in it.
func isKeyLike(s string) bool {
	if s == "" || len(s) > maxKey || strings.ContainsAny(s, "\n\r=") {
		return false
	}
	for i := range len(s) {
		if isLetter(s[i]) || s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isTypeWord reports whether a word names a string type, so that the key of a
// declaration is the word before it.
func isTypeWord(word string) bool {
	switch word {
	case "string", "String", "str", "char", "byte", "bytes", "varchar", "text", "Text", "SecretString", "CString", "NSString":
		return true
	}
	return false
}
