package structure

import (
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// SQLLiterals appends the literals of SQL text to dst, in order and disjoint. It
// knows no dialect and reads what any of them writes: quoted strings with their
// prefixes (E, N, B, X, U&, R, a character set), dollar quotes, Oracle's q'[…]',
// numbers, 0x and 0b, UUIDs and durations as CQL has them, and the word after
// IDENTIFIED BY. Placeholders, identifiers, NULL, TRUE and FALSE are none, nor is
// anything in a comment. A literal that is never closed ends with the text. It is
// linear in text.
//
// Where dialects contradict each other:
//
//   - Double quotes quote a string where only a value can stand (after a comparison
//     or LIKE, in the lists of IN and VALUES), where the text holds backticks, and
//     round anything that is no likely name. Elsewhere they quote an identifier.
//   - Square brackets quote an identifier if what they hold is like one, else they
//     are a list.
//   - A backslash escapes a quote for MySQL and for E'…', and not for the standard.
//     If the text tells the two apart only one reading counts, else both do.
//   - A # starts no comment: for PostgreSQL it is an operator.
//
// In text with placeholders numbers of up to four digits stay: the conventions ask
// to leave parameterised text as it is, and such numbers are its LIMIT 10 and 1 = 1.
// Strings and longer numbers are literals there too: a placeholder proves nothing
// about what stands beside it.
func SQLLiterals(dst []Literal, text string) []Literal {
	r := sqlReader{text: text, backticks: strings.IndexByte(text, '`') >= 0, out: dst, first: len(dst)}
	r.read()
	if !strings.Contains(text, `\'`) && !strings.Contains(text, `\"`) {
		return r.literals()
	}
	e := sqlReader{text: text, backticks: r.backticks, escapes: true}
	e.read()
	switch {
	case r.torn && !e.torn:
		return append(dst, e.literals()...)
	case e.torn && !r.torn:
		return r.literals()
	}
	r.parameters = r.parameters && e.parameters
	e.parameters = r.parameters
	return unite(r.literals(), e.literals(), len(dst))
}

// unite merges two readings of one text. What was read two ways is one literal.
func unite(a, b []Literal, first int) []Literal {
	all := append(a, b...)
	own := all[first:]
	slices.SortStableFunc(own, func(a, b Literal) int { return span.Compare(a.Span, b.Span) })
	n := 0
	for _, l := range own {
		switch {
		case n > 0 && own[n-1].Span == l.Span:
		case n > 0 && own[n-1].Span.Overlaps(l.Span):
			own[n-1].Span = own[n-1].Span.Union(l.Span)
			own[n-1].Value = own[n-1].Span
		default:
			own[n] = l
			n++
		}
	}
	return all[:first+n]
}

// sqlReader reads one text once.
type sqlReader struct {
	text      string
	escapes   bool // a backslash escapes the next byte of a string
	backticks bool // the text holds backticks, so double quotes quote strings

	out   []Literal
	first int
	i     int

	// value says that only a value can stand here, operand that an operand has just
	// ended, so that a sign is an operator.
	value, operand bool
	between        bool // the next AND belongs to BETWEEN
	values         bool // the next bracket is a row of VALUES
	list           bool // the next bracket is a list of IN or VALUES
	escape         bool // ESCAPE was the last word
	alias          bool // AS was the last word
	identified     bool // IDENTIFIED stands before in this statement
	password       bool // and the next word is what follows its BY

	lists [64]bool // the open brackets, true for lists of values
	depth int

	parameters bool
	// torn says that a string touches a word, which no dialect writes: the text was
	// read with the wrong escapes.
	torn bool
}

func (r *sqlReader) read() {
	for r.i < len(r.text) {
		r.step()
	}
}

// literals is what was read, without the numbers that stay.
func (r *sqlReader) literals() []Literal {
	if !r.parameters {
		return r.out
	}
	kept := slices.DeleteFunc(r.out[r.first:], func(l Literal) bool { return l.number && l.Span.Len() <= shortNumber })
	return r.out[:r.first+len(kept)]
}

// shortNumber is the length of numbers that stay beside placeholders.
const shortNumber = 4

func (r *sqlReader) step() {
	text, i := r.text, r.i
	c := text[i]
	switch {
	case isJSONSpace(c):
		r.i++
	case c == '\'':
		r.stringAt(i, i, r.escapes)
	case c == '"':
		r.doubleQuoted()
	case c == '`':
		r.quotedName('`', "'\"")
	case c == '[':
		if !r.bracketed() {
			r.list = true
			r.open()
		}
	case c == '-' && r.next() == '-' && !r.digitAt(i+2):
		r.skipTo("\n")
	case c == '/' && r.next() == '*':
		if !r.executable() {
			r.i += 2
			r.skipTo("*/")
		}
	case c == '$':
		r.dollar()
	case isDigit(c), c == '.' && r.digitAt(i+1) && !r.wordBefore(i):
		r.number(i)
	case isSign(c) && !r.operand && (r.digitAt(i+1) || r.next() == '.' && r.digitAt(i+2)):
		r.number(i)
	case isSQLWord(c):
		r.word()
	case c == '?':
		r.parameter(i + 1)
	case c == ':':
		r.colon()
	case c == '@':
		r.at()
	case c == '%':
		r.percent()
	case c == '(' || c == '{':
		r.open()
	case c == ')' || c == ']' || c == '}':
		r.depth = max(0, r.depth-1)
		r.after(false, true)
	case c == ',':
		r.after(r.inList(), false)
	case strings.IndexByte("=<>!~", c) >= 0:
		r.after(true, false)
	case c == ';':
		r.identified, r.values, r.between, r.depth = false, false, false, 0
		r.after(false, false)
	default:
		r.after(false, false)
	}
}

// after steps over one byte of a token that says what can follow it.
func (r *sqlReader) after(value, operand bool) {
	r.i++
	r.set(value, operand)
}

func (r *sqlReader) set(value, operand bool) {
	r.value, r.operand = value, operand
	r.escape, r.alias, r.password = false, false, false
	if !operand {
		return
	}
	r.list = false
}

// emit adds a literal and goes on after it.
func (r *sqlReader) emit(l Literal) {
	r.out = append(r.out, l)
	r.i = l.Span.End
	r.set(false, true)
}

// skip steps over a name or placeholder that ends at stop.
func (r *sqlReader) skip(stop int) {
	r.i = stop
	r.set(false, true)
}

func (r *sqlReader) open() {
	inner := r.list || r.values || r.inList()
	if r.depth < len(r.lists) {
		r.lists[r.depth] = inner
	}
	r.depth++
	r.list = false
	r.after(inner, false)
}

// inList reports whether the innermost bracket holds values. Those nested too deep
// are taken to.
func (r *sqlReader) inList() bool {
	return r.depth > len(r.lists) || r.depth > 0 && r.lists[r.depth-1]
}

func (r *sqlReader) next() byte {
	if r.i+1 < len(r.text) {
		return r.text[r.i+1]
	}
	return 0
}

func (r *sqlReader) digitAt(i int) bool { return i < len(r.text) && isDigit(r.text[i]) }

func (r *sqlReader) wordAt(i int) bool { return i < len(r.text) && isSQLWord(r.text[i]) }

// wordBefore reports whether what stands right before i is a name or a number, or
// closes something, or is a dot: a dot there is no decimal point.
func (r *sqlReader) wordBefore(i int) bool {
	return i > 0 && (isSQLWord(r.text[i-1]) || strings.IndexByte(")]}\"`.", r.text[i-1]) >= 0)
}

// skipTo goes on after the next mark, or at the end.
func (r *sqlReader) skipTo(mark string) {
	if n := strings.Index(r.text[r.i:], mark); n >= 0 {
		r.i += n + len(mark)
		return
	}
	r.i = len(r.text)
}

// executable steps over the start of a comment that MySQL executes, /*!50003 …*/:
// what stands in it is text like any other.
func (r *sqlReader) executable() bool {
	stop := r.i + 2
	if stop < len(r.text) && r.text[stop] == 'M' {
		stop++ // MariaDB's own
	}
	if stop == len(r.text) || r.text[stop] != '!' {
		return false
	}
	for stop++; r.digitAt(stop); {
		stop++
	}
	r.i = stop
	r.set(false, false)
	return true
}

// stringAt reads the string whose quote stands at q and whose prefix begins at start.
func (r *sqlReader) stringAt(start, q int, escapes bool) {
	text := r.text
	if r.escape && strings.HasPrefix(text[q:], `'\'`) {
		escapes = false // ESCAPE '\'
	}
	stop, next := quoteEnd(text, q, escapes)
	l := Literal{Span: span.Span{Start: start, End: next}, Value: span.Span{Start: q + 1, End: stop}}
	r.torn = r.torn || start == q && q > 0 && isSQLWord(text[q-1]) || next > stop && r.wordAt(next)
	r.emit(l)
}

// quoteEnd is where the string that the quote at q opens ends, and what follows it.
// A doubled quote stands for one.
func quoteEnd(text string, q int, escapes bool) (stop, next int) {
	for i := q + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && escapes:
			i++
		case text[i] != text[q]:
		case i+1 < len(text) && text[i+1] == text[q]:
			i++
		default:
			return i, i + 1
		}
	}
	return len(text), len(text)
}

// longestName bounds a quoted identifier in bytes: dialects allow 63 to 128.
const longestName = 128

func (r *sqlReader) doubleQuoted() {
	text, q := r.text, r.i
	stop, next := quoteEnd(text, q, r.escapes)
	in := span.Span{Start: q + 1, End: stop}
	closed := next > stop
	qualified := next < len(text) && text[next] == '.' || q > 0 && text[q-1] == '.'
	switch {
	case !closed || in.Len() > longestName:
	case r.alias || in.Empty() && !r.value && !r.backticks,
		isName(in.In(text)) && (qualified || !r.value && !r.backticks && !r.password):
		r.skip(next)
		return
	}
	r.torn = r.torn || closed && r.wordAt(next)
	r.emit(Literal{Span: span.Span{Start: q, End: next}, Value: in})
}

// isName reports whether what stands in quotes is a likely name of a column or table.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isSQLWord(c) && (i == 0 || strings.IndexByte(" -.#:", c) < 0) {
			return false
		}
	}
	return s != "" && !isDigit(s[0])
}

// quotedName steps over an identifier in quotes of its own, or over its quote alone
// if it is never closed or holds what no name does: what follows is then read.
func (r *sqlReader) quotedName(closing byte, no string) {
	rest := r.text[r.i+1 : min(len(r.text), r.i+1+longestName)]
	n := strings.IndexByte(rest, closing)
	if n < 0 || strings.ContainsAny(rest[:n], no) {
		r.i++
		return
	}
	r.skip(r.i + n + 2)
}

// bracketed steps over an identifier in square brackets.
func (r *sqlReader) bracketed() bool {
	rest := r.text[r.i+1 : min(len(r.text), r.i+1+longestName)]
	n := strings.IndexByte(rest, ']')
	if n < 0 || !isName(rest[:n]) {
		return false
	}
	r.skip(r.i + n + 2)
	return true
}

// dollar reads a placeholder, $1 or $name, or a string in dollar quotes, $$…$$ or
// $tag$…$tag$.
func (r *sqlReader) dollar() {
	text, i := r.text, r.i
	stop := i + 1
	for stop < len(text) && isSQLWord(text[stop]) && text[stop] != '$' {
		stop++
	}
	if stop == len(text) || text[stop] != '$' || r.digitAt(i+1) {
		if stop == i+1 {
			r.after(false, false)
			return
		}
		r.parameters = r.parameters || r.value || r.digitAt(i+1)
		r.skip(stop)
		return
	}
	tag := text[i : stop+1]
	l := Literal{Span: span.Span{Start: i, End: len(text)}, Value: span.Span{Start: stop + 1, End: len(text)}}
	if n := strings.Index(text[stop+1:], tag); n >= 0 {
		l.Value.End = stop + 1 + n
		l.Span.End = l.Value.End + len(tag)
	}
	r.emit(l)
}

// number reads a number at i, which may be a sign, a UUID or a duration. A word
// that begins with digits and goes on like a name is one.
func (r *sqlReader) number(i int) {
	text, stop := r.text, i
	if isSign(text[stop]) {
		stop++
	}
	if n := uuidLen(text[stop:]); n > 0 {
		stop += n
	} else {
		stop = decimals(text, stop)
		if stop < len(text) && text[stop] == '.' && (stop+1 == len(text) || text[stop+1] != '.') {
			stop = decimals(text, stop+1)
		}
		if stop < len(text) && text[stop]|0x20 == 'e' {
			if e := stop + 1; r.digitAt(e) || e < len(text) && isSign(text[e]) && r.digitAt(e+1) {
				stop = decimals(text, e+1)
			}
		}
		rest := sqlWordEnd(text, stop)
		if based := stop == i+1 && text[i] == '0'; !based && strings.IndexByte(text[stop:rest], '_') >= 0 {
			r.skip(rest)
			return
		}
		stop = rest
	}
	s := span.Span{Start: i, End: stop}
	r.emit(Literal{Span: s, Value: s, number: true})
}

// decimals is where the digits at i end, which may be grouped: 1_000_000.
func decimals(text string, i int) int {
	for i < len(text) && (isDigit(text[i]) || text[i] == '_' && i > 0 && isDigit(text[i-1]) && i+1 < len(text) && isDigit(text[i+1])) {
		i++
	}
	return i
}

// uuidLen is the length of the UUID that s starts with, 0 if it is none.
func uuidLen(s string) int {
	const size = 36
	if len(s) < size || len(s) > size && isSQLWord(s[size]) {
		return 0
	}
	for i := range size {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return 0
			}
		default:
			if hexDigit(s[i]) < 0 {
				return 0
			}
		}
	}
	return size
}

// word reads a keyword or a name, or the prefix of a string.
func (r *sqlReader) word() {
	text, i := r.text, r.i
	if n := uuidLen(text[i:]); n > 0 {
		s := span.Span{Start: i, End: i + n}
		r.emit(Literal{Span: s, Value: s})
		return
	}
	stop := sqlWordEnd(text, i)
	word := text[i:stop]
	if r.prefixed(word, stop) {
		return
	}
	keyword := upper(word)
	if r.password && keyword != "VALUES" && keyword != "PASSWORD" {
		for stop < len(text) && !isJSONSpace(text[stop]) && text[stop] != ';' {
			stop++
		}
		s := span.Span{Start: i, End: stop}
		r.emit(Literal{Span: s, Value: s})
		return
	}
	password := r.password
	r.skip(stop)
	r.password = password
	r.keyword(keyword)
}

// prefixed reads the string that word is the prefix of.
func (r *sqlReader) prefixed(word string, stop int) bool {
	text, i := r.text, r.i
	if stop == len(text) {
		return false
	}
	switch prefix := upper(word); {
	case prefix == "U" && strings.HasPrefix(text[stop:], "&'"):
		r.stringAt(i, stop+1, r.escapes)
	case text[stop] != '\'':
		return false
	case prefix == "E":
		r.stringAt(i, stop, true)
	case prefix == "Q" || prefix == "NQ":
		r.alternative(stop)
	case prefix == "N", prefix == "B", prefix == "X", prefix == "R", prefix == "BR", prefix == "RB", word[0] == '_':
		r.stringAt(i, stop, r.escapes)
	default:
		return false
	}
	return true
}

// alternative reads Oracle's string with quotes of its own choice, q'[…]'; its
// quote stands at q.
func (r *sqlReader) alternative(q int) {
	text := r.text
	l := Literal{Span: span.Span{Start: r.i, End: len(text)}, Value: span.Span{Start: min(q+2, len(text)), End: len(text)}}
	if q+1 < len(text) {
		end := text[q+1 : q+2]
		if n := strings.Index("[{(<", end); n >= 0 {
			end = "]})>"[n : n+1]
		}
		if n := strings.Index(text[q+2:], end+"'"); n >= 0 {
			l.Value.End = q + 2 + n
			l.Span.End = l.Value.End + len(end) + 1
		}
	}
	r.emit(l)
}

// keyword notes what a word says of what follows it.
func (r *sqlReader) keyword(word string) {
	switch word {
	case "IN", "AGAINST":
		r.list = true
	case "VALUES", "VALUE":
		r.list, r.values = true, true
	case "SELECT":
		if r.depth > 0 && r.depth <= len(r.lists) {
			r.lists[r.depth-1] = false
		}
		r.values = false
	case "INSERT", "REPLACE", "UPDATE", "DELETE", "RETURNING", "ON", "WHERE", "FROM", "AS":
		r.values = false
		r.alias = word == "AS"
		r.password = r.password || r.identified && (word == "REPLACE" || word == "AS")
	case "BETWEEN":
		r.between = true
		r.value, r.operand = true, false
	case "AND":
		r.value, r.operand = r.between, false
		r.between = false
	case "LIKE", "ILIKE", "RLIKE", "REGEXP", "GLOB", "SEPARATOR", "COMMENT", "DEFAULT", "CONTAINS", "LIMIT", "OFFSET", "PASSWORD", "ESCAPE":
		r.value, r.operand = true, false
		r.escape = word == "ESCAPE"
	case "IDENTIFIED":
		r.identified = true
	case "BY":
		r.password = r.identified
	}
}

// longestKeyword bounds the words that are looked up.
const longestKeyword = 10

// upper is a short word in capitals, "" for a long one.
func upper(word string) string {
	if len(word) > longestKeyword {
		return ""
	}
	return strings.ToUpper(word)
}

// parameter steps over a placeholder that ends at stop or with the name or number
// from there on.
func (r *sqlReader) parameter(stop int) {
	r.parameters = true
	r.skip(sqlWordEnd(r.text, stop))
}

// colon reads :name and :1 where a value can stand, :: and := elsewhere.
func (r *sqlReader) colon() {
	switch {
	case r.next() == ':':
		r.i++
		r.after(false, true)
	case !r.wordAt(r.i+1) || r.wordBefore(r.i):
		r.after(true, false)
	case r.value && r.text[r.i-1] != '[':
		r.parameter(r.i + 1)
	default:
		r.skip(sqlWordEnd(r.text, r.i+1))
	}
}

// at reads @name, a parameter where a value can stand, else a variable.
func (r *sqlReader) at() {
	switch {
	case !r.wordAt(r.i+1) || r.wordBefore(r.i):
		r.after(false, false)
	case r.value:
		r.parameter(r.i + 1)
	default:
		r.skip(sqlWordEnd(r.text, r.i+1))
	}
}

// percent reads the placeholders %s and %(name)s.
func (r *sqlReader) percent() {
	rest := r.text[r.i+1 : min(len(r.text), r.i+1+longestName)]
	n := 0
	if strings.HasPrefix(rest, "(") {
		n = strings.IndexByte(rest, ')') + 1
		if n == 0 || !isName(rest[1:n-1]) {
			r.after(false, false)
			return
		}
	}
	stop := r.i + 1 + n
	switch {
	case !r.wordAt(stop) || r.text[stop] != 's' && n == 0 || r.wordAt(stop+1) || n == 0 && r.wordBefore(r.i):
		r.after(false, false)
	case r.value || n > 0:
		r.parameter(stop)
	default:
		r.skip(stop + 1)
	}
}

// isSQLWord reports whether a byte belongs to words: letters of any script, digits,
// the underscore, and the dollar sign of Oracle's names.
func isSQLWord(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '$' || c >= 0x80
}

func sqlWordEnd(text string, i int) int {
	for i < len(text) && isSQLWord(text[i]) {
		i++
	}
	return i
}
