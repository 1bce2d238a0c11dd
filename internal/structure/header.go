package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// header is a header field whose value has a writing of its own.
type header uint8

const (
	noHeader header = iota
	authorizationHeader
	cookieHeader
	setCookieHeader
)

// headerOf tells the header fields with credentials by their key, also as
// http.request.header.cookie and HTTP_COOKIE.
func headerOf(key string) header {
	key = key[strings.LastIndexByte(key, '.')+1:]
	if len(key) > 5 && strings.EqualFold(key[:5], "HTTP_") {
		key = key[5:]
	}
	switch {
	case strings.EqualFold(key, "authorization"), strings.EqualFold(key, "proxy-authorization"), strings.EqualFold(key, "proxy_authorization"):
		return authorizationHeader
	case strings.EqualFold(key, "cookie"):
		return cookieHeader
	case strings.EqualFold(key, "set-cookie"), strings.EqualFold(key, "set_cookie"):
		return setCookieHeader
	}
	return noHeader
}

// scheme is an HTTP authentication scheme.
type scheme struct {
	name string // lower case, the key of bare credentials
	// params marks a scheme whose credentials are a list of parameters up to the
	// end of the line.
	params bool
	// telling marks a name that announces credentials without a header before it.
	telling bool
}

// schemes are those of IANA's HTTP Authentication Scheme Registry that carry
// credentials, and widespread ones of services.
var schemes = [...]scheme{
	{name: "bearer", telling: true},
	{name: "basic", telling: true},
	{name: "digest", params: true},
	{name: "negotiate", telling: true},
	{name: "ntlm"},
	{name: "apikey", telling: true},
	{name: "api-key"},
	{name: "token"},
	{name: "bot"},
	{name: "key"},
	{name: "dpop"},
	{name: "hawk", params: true},
	{name: "oauth"},
	{name: "signature", params: true},
	{name: "sharedaccesssignature", params: true},
	{name: "aws4-hmac-sha256", params: true, telling: true},
}

func schemeOf(word string) (scheme, bool) {
	const longest = len("sharedaccesssignature")
	if len(word) > longest {
		return scheme{}, false
	}
	for i := range schemes {
		if s := &schemes[i]; len(s.name) == len(word) && strings.EqualFold(s.name, word) {
			return *s, true
		}
	}
	return scheme{}, false
}

// credentials reads an authentication scheme and its credentials at i, the value
// of key. ok is false where none stand there.
func (r *reader) credentials(i, end int, key, path string, in scope) (stop int, ok bool) {
	word, _ := r.wordEnd(i, min(end, i+maxKey))
	if word == i || word >= end || !r.atBlank(word, end) {
		return i, false
	}
	start := r.skipBlanks(word, end)
	if start >= end || classes[r.text[start]] == lineEnd {
		return i, false
	}
	s, known := schemeOf(r.text[i:word])
	switch {
	case headerOf(key) == authorizationHeader:
		if !known && !r.looksCoded(start, end) {
			return i, false
		}
	case !known || !s.telling && !r.looksCoded(start, end):
		return i, false
	}
	return r.credentialLeaf(s, start, end, key, path, in), true
}

// credentialLeaf adds the credentials at i and returns what follows them.
func (r *reader) credentialLeaf(s scheme, i, end int, key, path string, in scope) int {
	if r.full(i) {
		return i
	}
	if lit, ok := r.stringValue(i, end); ok {
		return r.literalLeaf(lit, key, path, in)
	}
	stop := r.bareValue(i, end, equals).stop
	if s.params {
		stop = r.lineStop(i, end)
		for stop > i && classes[r.text[stop-1]] == blank {
			stop--
		}
	}
	if stop == i {
		return i
	}
	leaf := span.Span{Start: i, End: stop}
	if !r.add(Leaf{Key: key, Path: path, Span: leaf, Form: in.form}) {
		return i
	}
	if s.params {
		r.within(leaf, "", path, in)
	}
	return stop
}

// bareScheme reads credentials that no header announces but the scheme word does.
func (r *reader) bareScheme(word span.Span, end int, in scope) (next int, ok bool) {
	if !schemeEnds[r.text[word.End-1]] {
		return 0, false
	}
	s, known := schemeOf(word.In(r.text))
	if !known || !s.telling {
		return 0, false
	}
	start := r.skipBlanks(word.End, end)
	if start >= end {
		return 0, false
	}
	switch classes[r.text[start]] {
	case lineEnd, quoteByte:
		return 0, false
	}
	key, path := s.name, in.at(s.name)
	if headerOf(in.key) == authorizationHeader {
		key, path = in.key, in.path
	}
	if stop := r.credentialLeaf(s, start, end, key, path, in); stop > start {
		return stop, true
	}
	return 0, false
}

// looksCoded reports whether the word at i is more like credentials than like
// prose: long, or with a digit, a capital or a sign in it.
func (r *reader) looksCoded(i, end int) bool {
	const long = 16
	for n := 0; n < long; n++ {
		if i+n >= end || r.atBlank(i+n, end) {
			return false
		}
		if c := r.text[i+n]; c < 'a' || c > 'z' {
			return strings.IndexByte(`,.:;)]}"'!?`, c) < 0
		}
	}
	return true
}

// cookiesEnd is where the cookies at i end, i if there are none. Set-Cookie names
// one and attributes after it.
func (r *reader) cookiesEnd(i, end int, h header) int {
	stop := i
	for j := i; j < end; {
		value := r.cookieName(j, end)
		if value == j {
			break
		}
		stop = r.cookieValue(value, end)
		if h == setCookieHeader || stop >= end || r.text[stop] != ';' {
			break
		}
		j = r.skipBlanks(stop+1, end)
	}
	return stop
}

// cookies adds each cookie in a Cookie or Set-Cookie value.
func (r *reader) cookies(i, end int, h header, in scope) {
	for i < end {
		value := r.cookieName(i, end)
		if value == i {
			return
		}
		stop := r.cookieValue(value, end)
		s := span.Span{Start: value, End: stop}
		if s.Len() >= 2 && r.text[value] == '"' && r.text[stop-1] == '"' {
			s = span.Span{Start: value + 1, End: stop - 1}
		}
		if !s.Empty() {
			name := r.text[i : value-1]
			r.add(Leaf{Key: name, Path: in.at("cookie." + name), Span: s, Form: in.form, Coding: r.percentCoding(s)})
		}
		if h == setCookieHeader || stop >= end || r.text[stop] != ';' {
			return
		}
		i = r.skipBlanks(stop+1, end)
	}
}

// cookieName is where the value of the cookie whose name stands at i starts, i if
// no name stands there.
func (r *reader) cookieName(i, end int) int {
	j := i
	for j < end && j < i+maxKey && (classes[r.text[j]] == wordByte || strings.IndexByte("!#%&*+^|~:/[]", r.text[j]) >= 0) {
		j++
	}
	r.steps += j - i
	if j == i || j >= end || r.text[j] != '=' {
		return i
	}
	return j + 1
}

// cookieValue is where the cookie value at i ends.
func (r *reader) cookieValue(i, end int) int {
	start := i
	quoted := i < end && r.text[i] == '"'
	for i < end && r.text[i] != ';' && r.text[i] != '\'' && !r.atBlank(i, end) {
		if r.text[i] == '"' && !quoted {
			break
		}
		i++
	}
	r.steps += i - start
	return i
}

// percentCoding is Percent if the span holds a percent escape.
func (r *reader) percentCoding(s span.Span) Coding {
	for i := s.Start; i < s.End; i++ {
		if r.text[i] == '%' {
			if _, ok := hexByte(r.text[:s.End], i+1); ok {
				return Percent
			}
		}
	}
	return Verbatim
}
