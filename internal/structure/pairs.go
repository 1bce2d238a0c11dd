package structure

import (
	"strings"

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
	if op == flagged && isUserFlag(key) && r.text[name.End] == ' ' {
		if stop, ok := r.userFlag(i, end, in); ok {
			return stop
		}
	}
	return r.value(name, key, op, i, end, in)
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
	if op == colon && next == equals && IsTypeWord(word) {
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
