package structure

import "strings"

// bareValue is an unquoted value.
type bareValue struct {
	stop   int // where it ends; where it starts if there is none
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
			escape = escape || isCharCode(r.text[j:end])
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
	if len(name) > longest {
		return false
	}
	if name = strings.TrimLeft(name, "&*"); name == "map" {
		return true
	}
	if len(name) < shortest || name[0] < 'A' || name[0] > 'Z' || name[1] < 'a' || name[1] > 'z' {
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

// isCharCode reports whether s starts with \uXXXX or \xXX.
func isCharCode(s string) bool {
	switch {
	case strings.HasPrefix(s, `\u`):
		return escapeLen(s) > 0
	case strings.HasPrefix(s, `\x`):
		_, ok := hexByte(s, 2)
		return ok
	}
	return false
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
