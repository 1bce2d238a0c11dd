package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// prose reads free text: a log line, code, configuration, a dump. It looks for
// what may be a key or start a writing of its own and hands over to its reader.
func (r *reader) prose(i, end int, in scope) {
	r.before = span.Span{}
	for i < end {
		i = r.step(i, end, in)
	}
}

// step reads what stands at i and returns where to go on, always past i.
func (r *reader) step(i, end int, in scope) int {
	c := r.text[i]
	switch classes[c] {
	case wordByte:
		return r.word(i, end, in)
	case wide:
		k, n := wideClass(r.text[i:end])
		if k == wordByte {
			return r.word(i, end, in)
		}
		return i + n
	case quoteByte:
		return r.quoted(i, end, in)
	case opener:
		if (c == '{' || c == '[' && !r.isIndex(i)) && r.opensJSON(i, end) {
			stop, _ := r.json(i, end, in)
			return max(stop, i+1)
		}
		return i + 1
	}
	switch c {
	case '\\':
		return r.backslash(i, end, in)
	case '%':
		if _, ok := hexByte(r.text[:end], i+1); ok {
			return r.word(i, end, in)
		}
	case 0x1b:
		return i + max(1, colourLen(r.text[i:end]))
	case '?', '&':
		return r.queryAfter(i, end, in)
	case '<':
		return r.tagOpens(i, end)
	case '>':
		return r.tagCloses(i, end, in)
	}
	return i + 1
}

// isIndex reports whether the bracket at i is that of an index, headers["key"].
func (r *reader) isIndex(i int) bool {
	return i > 0 && (classes[r.text[i-1]] == wordByte || classes[r.text[i-1]] == closer)
}

// backslash reads an escape in the open: a colour code written out, a quote in an
// escaped text that has no quotes around it, or a white space escape, whose letter
// is no part of the word after it.
func (r *reader) backslash(i, end int, in scope) int {
	if n := colourLen(r.text[i:end]); n > 0 {
		return i + n
	}
	if _, ok := r.quoteAt(i, end); ok {
		return r.quoted(i, end, in)
	}
	for i < end && r.text[i] == '\\' {
		i++
	}
	if i < end && strings.IndexByte("nrt", r.text[i]) >= 0 {
		i++
	}
	return i
}

// word reads a run of key characters: a key, a scheme, a flag or just a word.
func (r *reader) word(i, end int, in scope) int {
	stop, escaped := r.wordEnd(i, end)
	start := i
	for start < stop && r.text[start] == '-' {
		start++
	}
	before := r.before
	r.before = span.Span{Start: start, End: stop}
	if start == stop {
		return stop
	}
	if stop-start == len(sqlIdentified) && strings.EqualFold(r.before.In(r.text), sqlIdentified) {
		r.identified = stop
	}
	if strings.HasPrefix(r.text[stop:end], "://") {
		return r.url(stop+len("://"), end, in)
	}
	name := span.Span{Start: start, End: r.subscripts(stop, end)}
	if op, value := r.operator(name.End, end, false); op != noOperator && isKeyWord(name.In(r.text)) && !r.isVerdict(name) {
		if IsTypeWord(name.In(r.text)) && r.follows(before, name) {
			name = before // var token string = "x", const char *token
		}
		return r.pair(name, escaped, op, value, end, in)
	}
	switch {
	case r.atBlank(stop, end):
		if next, ok := r.bareScheme(r.before, end, in); ok {
			return next
		}
		if start == i {
			break
		}
		if value := r.skipBlanks(stop, end); value < end && r.text[value] != '-' && isKeyWord(r.before.In(r.text)) {
			return r.pair(r.before, escaped, flagged, value, end, in)
		}
	case classes[r.text[stop]] == quoteByte || r.text[stop] == '\\':
		if !isPrefix(r.text[i:stop]) && !escaped {
			return r.skipQuote(stop, end)
		}
	}
	if escaped {
		return r.escapedRun(i, end, in)
	}
	return stop
}

// isVerdict reports whether a word is what go test says of a test, before its name:
// --- PASS: TestRead/utf8 (0.00s).
func (r *reader) isVerdict(word span.Span) bool {
	const verdict, dashes = "PASS", "--- "
	return word.Len() == len(verdict) && word.In(r.text) == verdict && strings.HasSuffix(r.text[:word.Start], dashes)
}

// isPrefix reports whether a word right before a quote belongs to the string that
// the quote opens, as in f"…", rb'…' or N'…'. After any other word the quote is an
// apostrophe, or closes a string.
func isPrefix(word string) bool {
	const longest = 2
	return len(word) <= longest && strings.Trim(word, "bBfFrRuULNE@$") == ""
}

// skipQuote steps over a quote that opens nothing.
func (r *reader) skipQuote(i, end int) int {
	if q, ok := r.quoteAt(i, end); ok && q.slashes < 16 {
		return i + q.slashes + 1
	}
	return i
}

// subscripts extends a key that ends at i by form-style subscripts, a[b][]=, and
// returns its new end.
func (r *reader) subscripts(i, end int) int {
	j := i
	for j < end && r.text[j] == '[' {
		inner, _ := r.wordEnd(j+1, end)
		if inner == end || r.text[inner] != ']' {
			return i
		}
		j = inner + 1
	}
	if j < end && r.text[j] == '=' {
		return j
	}
	return i
}

// follows reports whether only blanks and signs of a type stand between two words.
func (r *reader) follows(first, second span.Span) bool {
	if first.Empty() || first.End > second.Start || second.Start-first.End > 16 {
		return false
	}
	between := r.text[first.End:second.Start]
	return between != "" && strings.Trim(between, " \t:*&[]?") == "" && isKeyWord(first.In(r.text))
}

// escapedRun adds the run of percent-encoded text at i as a leaf.
func (r *reader) escapedRun(i, end int, in scope) int {
	form, coding := in.form, Percent
	segment := i > 0 && r.text[i-1] == '/'
	if segment {
		form = URL
	}
	stop := i
	for stop < end {
		next, _ := r.wordEnd(stop, end)
		if next == stop && next < end {
			switch r.text[next] {
			case '+':
				coding = FormCoded
				next++
			case '*', '~', '!', '(', ')':
				next++
			case '/':
				if !segment {
					next++
				}
			}
		}
		if next == stop {
			break
		}
		stop = next
	}
	s := span.Span{Start: i, End: stop}
	if segment {
		coding = Percent
	}
	r.add(Leaf{Key: in.key, Path: in.path, Span: s, Form: form, Coding: coding})
	return stop
}

// quoted reads a string in the open. One that is followed by a separator is a key.
// One with escapes, or right after a word, is a value. Any other is read through.
func (r *reader) quoted(i, end int, in scope) int {
	q, ok := r.quoteAt(i, end)
	if !ok {
		return i + 1
	}
	before := r.before
	r.before = span.Span{}
	if r.full(i) {
		return i + q.width()
	}
	lit := r.literalAt(q, i, end)
	switch {
	case lit.Empty():
		return lit.next
	case !lit.closed && (q.char != '"' || q.slashes > 0 || lit.coding() == Verbatim):
		return lit.Start // a stray quote, and no literal that was cut off
	}
	if lit.closed && isKeyLike(lit.In(r.text)) {
		if op, value := r.operator(lit.next, end, true); op != noOperator {
			return r.pair(lit.Span, lit.coding() != Verbatim, op, value, end, in)
		}
	}
	key := in.key
	path := in.path
	if named := r.wordBefore(before, i); named != "" {
		key, path = named, in.at(named)
	} else if lit.coding() == Verbatim {
		r.cover(lit.Span)
		r.through(lit.Span, in)
		return lit.next
	}
	return r.literalLeaf(lit, key, path, in)
}

// wordBefore is the word that stands right before a string at i and so names it:
// PASSWORD 'x'.
func (r *reader) wordBefore(before span.Span, i int) string {
	if before.Empty() || i-before.End > 2 || i == before.End || strings.Trim(r.text[before.End:i], " \t") != "" {
		return ""
	}
	word := before.In(r.text)
	switch {
	case !isKeyWord(word) || len(word) > maxKey:
		return ""
	case strings.EqualFold(word, "by") && r.identified > 0 && i-r.identified < sqlReach:
		return "password"
	}
	return word
}

// SQL names a password IDENTIFIED BY 'x' or IDENTIFIED WITH a plugin BY 'x'.
const (
	sqlIdentified = "identified"
	sqlReach      = 64
)

// literalLeaf adds a string as a leaf, reads inside it and returns what follows.
func (r *reader) literalLeaf(lit literal, key, path string, in scope) int {
	if lit.Empty() {
		return lit.next
	}
	l := Leaf{Key: key, Path: path, Span: lit.Span, Form: in.form, Coding: lit.coding()}
	if !r.add(l) {
		return lit.Start
	}
	if l.Coding == Verbatim {
		r.within(l.Span, key, path, in)
	}
	return lit.next
}
