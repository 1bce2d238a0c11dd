package structure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// keyOf is the key a span of the text writes. Of a very long one only the end
// counts.
func (r *reader) keyOf(name span.Span, escaped bool) string {
	if name.Len() > maxKey {
		name.Start = name.End - maxKey
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
	view := Decode(r.text, name, coding)
	return view.Text
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

// isNameWord reports whether a member of this key names the value beside it.
func isNameWord(key string) bool {
	return strings.EqualFold(key, "name") || strings.EqualFold(key, "key")
}

// isValueWord reports whether a member of this key holds what the name member names.
func isValueWord(key string) bool {
	return strings.EqualFold(key, "value") || strings.EqualFold(key, "val")
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

// IsTypeWord reports whether a word names a string type, so that the key of a
// declaration is the word before it.
func IsTypeWord(word string) bool {
	switch word {
	case "string", "String", "str", "char", "byte", "bytes", "varchar", "text", "Text", "SecretString", "CString", "NSString":
		return true
	}
	return false
}
