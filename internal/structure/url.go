package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// The keys of a URL's user information, which has none written.
const (
	urlUser     = "url.user"
	urlPassword = "url.password"
)

// url reads the URL whose authority starts at i, right after "://", and returns
// where it ends.
func (r *reader) url(i, end int, in scope) int {
	stop := r.urlEnd(i, end)
	in.form = URL
	for next := i; next >= 0; {
		next = r.urlParts(next, stop, in)
	}
	return max(stop, i)
}

// urlParts reads a URL whose end is known. It returns where the authority of
// another URL in its path starts, -1 if there is none.
func (r *reader) urlParts(i, stop int, in scope) (next int) {
	authority := indexAny(r.text, i, stop, "/?#\\")
	at := strings.LastIndexByte(r.text[i:authority], '@')
	if at < 0 && r.splitPassword(i, authority, stop) {
		at = strings.IndexByte(r.text[i:min(stop, authority+maxKey)], '@')
	}
	if at >= 0 {
		at += i
		r.userinfo(i, at, in)
		i = at + 1
	}
	host := indexAny(r.text, i, stop, "/?#\\;")
	r.steps += host - i
	return r.path(host, stop, in)
}

// splitPassword reports whether what looks like an authority is the first half of
// user information whose password holds a raw delimiter: "user:pass" where a port
// should stand.
func (r *reader) splitPassword(i, authority, stop int) bool {
	if authority == stop {
		return false
	}
	mark := strings.LastIndexByte(r.text[i:authority], ':')
	if mark < 0 {
		return false
	}
	port := r.text[i+mark+1 : authority]
	return (port == "" || digits(port) < len(port)) && port != "]" && !strings.HasSuffix(port, "]")
}

// userinfo adds the user and the password before the at sign.
func (r *reader) userinfo(i, at int, in scope) {
	user := span.Span{Start: i, End: at}
	if mark := strings.IndexByte(r.text[i:at], ':'); mark >= 0 {
		user.End = i + mark
	}
	r.urlLeaf(urlUser, user, in)
	if user.End < at {
		r.urlLeaf(urlPassword, span.Span{Start: user.End + 1, End: at}, in)
	}
}

func (r *reader) urlLeaf(key string, s span.Span, in scope) {
	if !s.Empty() {
		r.add(Leaf{Key: key, Path: in.at(key), Span: s, Form: in.form, Coding: r.percentCoding(s)})
	}
}

// path reads a URL from its path on: segments, their parameters, the query and the
// fragment. It returns what urlParts does.
func (r *reader) path(i, stop int, in scope) (next int) {
	for i < stop {
		switch r.text[i] {
		case '?', '#':
			r.query(i+1, stop, in)
			return -1
		case '/', ';':
			i++
			continue
		}
		next := indexAny(r.text, i, stop, "/;?#")
		r.steps += next - i
		s := span.Span{Start: i, End: next}
		switch mark := strings.IndexByte(s.In(r.text), '='); {
		case r.text[next-1] == ':' && strings.HasPrefix(r.text[next:stop], "//"):
			return next + len("//")
		case mark > 0 && i > 0 && r.text[i-1] == ';':
			r.parameter(s, i+mark, in)
		case r.percentCoding(s) == Percent:
			r.add(Leaf{Key: in.key, Path: in.path, Span: s, Form: URL, Coding: Percent})
		}
		i = next
	}
	return -1
}

// isUserFlag reports whether the value of the flag is user:password, as curl has it.
func isUserFlag(flag string) bool {
	return flag == "u" || flag == "user" || flag == "proxy-user"
}

// userFlag reads user:password at i. A password of digits alone is a group id.
func (r *reader) userFlag(i, end int, in scope) (stop int, ok bool) {
	s := span.Span{Start: i}
	if lit, quoted := r.stringValue(i, end); quoted {
		s, stop = lit.Span, lit.next
	} else {
		stop = r.bareValue(i, end, flagged).stop
		s.End = stop
	}
	user, password, ok := strings.Cut(s.In(r.text), ":")
	if lit, quoted := r.stringValue(stop, end); ok && password == "" && quoted {
		// The shell joins bob:'pass'.
		r.urlLeaf(urlUser, span.Span{Start: s.Start, End: s.Start + len(user)}, in)
		return r.literalLeaf(lit, urlPassword, in.at(urlPassword), in), true
	}
	if !ok || password != "" && digits(password) == len(password) || strings.HasPrefix(password, "//") {
		return i, false
	}
	r.userinfo(s.Start, s.End, in)
	return stop, true
}

// dsnHosts are what stands between the password and the address of a data source
// name of the Go MySQL driver.
var dsnHosts = [...]string{"@tcp(", "@unix(", "@("}

// dsnHost is where the host of a Go MySQL data source name, user:password@tcp(host),
// starts in what follows the colon; -1 if it is none.
func dsnHost(s string) int {
	for _, host := range dsnHosts {
		if at := strings.LastIndex(s, host); at >= 0 {
			return at
		}
	}
	return -1
}

// queryAfter reads the query or the rest of a form after the question mark or
// ampersand at i.
func (r *reader) queryAfter(i, end int, in scope) int {
	i++
	if strings.HasPrefix(r.text[i:end], "amp;") {
		i += len("amp;") // as HTML writes it
	}
	if !r.startsQuery(i, end) {
		return i
	}
	stop := r.urlEnd(i, end)
	r.query(i, stop, in)
	return max(stop, i)
}

// startsQuery reports whether a parameter's name and its equals sign stand at i.
func (r *reader) startsQuery(i, end int) bool {
	stop, _ := r.wordEnd(i, min(end, i+maxKey))
	stop = r.subscripts(stop, end)
	return stop > i && stop < end && r.text[stop] == '='
}

// query reads the parameters of a query, a form body or a fragment.
func (r *reader) query(i, stop int, in scope) {
	in.form = URL
	for i < stop {
		next := indexAny(r.text, i, stop, "&#")
		r.steps += next - i
		if s := (span.Span{Start: i, End: next}); !s.Empty() {
			mark := strings.IndexByte(s.In(r.text), '=')
			if mark < 0 {
				r.parameter(s, -1, in)
			} else {
				r.parameter(s, i+mark, in)
			}
		}
		i = next + 1
		if strings.HasPrefix(r.text[min(i, stop):stop], "amp;") {
			i += len("amp;")
		}
	}
}

// parameter adds the name, if it is coded, and the value of a parameter whose
// equals sign is at mark; -1 means that it has none.
func (r *reader) parameter(s span.Span, mark int, in scope) {
	if mark < 0 {
		if coding := r.formCoding(s); coding != Verbatim {
			r.add(Leaf{Key: in.key, Path: in.path, Span: s, Form: URL, Coding: coding})
		}
		return
	}
	name := span.Span{Start: s.Start, End: mark}
	key := name.In(r.text)
	if coding := r.formCoding(name); coding != Verbatim {
		view := Decode(r.text, name, coding)
		key = view.Text
		r.add(Leaf{Path: in.path, Span: name, Form: URL, Coding: coding, IsKey: true})
	}
	value := span.Span{Start: mark + 1, End: s.End}
	if value.Empty() {
		return
	}
	path, coding := in.at(key), r.formCoding(value)
	added := r.add(Leaf{Key: key, Path: path, Span: value, Form: URL, Coding: coding})
	if added && coding == Verbatim && Plausible(value.In(r.text)) {
		r.within(value, key, path, in)
	}
}

// formCoding is the coding of a part of a form: FormCoded if it holds a plus sign
// that stands for a space. A plus sign beside a raw slash or equals sign is
// base64's: whoever codes a form codes those too.
func (r *reader) formCoding(s span.Span) Coding {
	text := s.In(r.text)
	if strings.IndexByte(text, '+') >= 0 && !strings.ContainsAny(text, "/=") {
		return FormCoded
	}
	return r.percentCoding(s)
}

// urlEnd is where the URL or query that i is in ends: at white space, a quote, an
// angle bracket, a backslash, a bracket it did not open, or a comma before the next
// one. Punctuation of the sentence is not part of it.
func (r *reader) urlEnd(i, end int) int {
	j, depth := i, 0
loop:
	for j < end {
		c := r.text[j]
		switch classes[c] {
		case wordByte:
			j++
			continue
		case blank, lineEnd:
			break loop
		case wide:
			k, n := wideClass(r.text[j:end])
			if k == blank {
				break loop
			}
			j += n
			continue
		case opener:
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
		case '<', '>', '\\', 0x7f:
			break loop
		case ',', ';':
			if r.atBlank(j+1, end) || classes[r.text[j+1]] == quoteByte || r.startsURL(j+1, end) {
				break loop
			}
		}
		if c < ' ' {
			break loop
		}
		j++
	}
	r.steps += j - i
	for j > i && strings.IndexByte(".,;:!?", r.text[j-1]) >= 0 && r.atBlank(j, end) {
		j--
	}
	return j
}

// startsURL reports whether a scheme and its "://" stand at i.
func (r *reader) startsURL(i, end int) bool {
	stop, _ := r.wordEnd(i, min(end, i+maxKey))
	return stop > i && strings.HasPrefix(r.text[stop:end], "://")
}

// indexAny is the position of the first of the bytes in text[i:end], end if there
// is none.
func indexAny(text string, i, end int, bytes string) int {
	if n := strings.IndexAny(text[i:end], bytes); n >= 0 {
		return i + n
	}
	return end
}
