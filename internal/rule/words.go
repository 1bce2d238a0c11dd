package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words appends the words of key to dst, lower-cased, and returns it. Anything
// but letters and digits separates; so do a change from lower to upper case, the
// last capital of an acronym that a lower-case letter follows, and a change
// between letters and digits: APIKey is "api key", dbPassword2 "db password 2".
func Words(dst []string, key string) []string {
	for i := 0; i < len(key); {
		c, n := classAt(key, i)
		if c == separator {
			i += n
			continue
		}
		end := wordEnd(key, i)
		dst = append(dst, strings.ToLower(key[i:end]))
		i = end
	}
	return dst
}

// letterClass is what a rune means to the splitting of words.
type letterClass uint8

const (
	separator letterClass = iota
	lower                 // letters without case count as lower
	upper
	digit
)

func classOf(r rune) letterClass {
	switch {
	case 'a' <= r && r <= 'z':
		return lower
	case 'A' <= r && r <= 'Z':
		return upper
	case '0' <= r && r <= '9':
		return digit
	case r < utf8.RuneSelf || r == utf8.RuneError:
		return separator
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return upper
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return lower
	case unicode.IsDigit(r):
		return digit
	}
	return separator
}

func classAt(s string, i int) (letterClass, int) {
	if i >= len(s) {
		return separator, 0
	}
	if c := s[i]; c < utf8.RuneSelf {
		return classOf(rune(c)), 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return classOf(r), n
}

func classBefore(s string, i int) (letterClass, int) {
	if i <= 0 {
		return separator, 0
	}
	if c := s[i-1]; c < utf8.RuneSelf {
		return classOf(rune(c)), 1
	}
	r, n := utf8.DecodeLastRuneInString(s[:i])
	return classOf(r), n
}

// starts reports whether a word begins at offset i of s, where a letter or digit
// stands.
func starts(s string, i int) bool {
	here, n := classAt(s, i)
	before, _ := classBefore(s, i)
	switch {
	case before == separator:
		return true
	case (before == digit) != (here == digit):
		return true
	case before == lower && here == upper:
		return true
	case before == upper && here == upper:
		after, _ := classAt(s, i+n)
		return after == lower
	}
	return false
}

// wordEnd returns where the word that stands at i ends.
func wordEnd(s string, i int) int {
	_, n := classAt(s, i)
	for i += n; i < len(s); i += n {
		var c letterClass
		if c, n = classAt(s, i); c == separator || starts(s, i) {
			return i
		}
	}
	return len(s)
}

// longestSequence bounds the letters of a sequence, and so the work done for each
// word of a key.
const longestSequence = 64

// KeySet answers which of many word sequences stand in a key. A sequence matches
// where its letters stand from the start of one word to the end of another, so
// "api key" is found in api_key, X-Api-Key, apiKey and apikey alike, and "token"
// not in tokenizer. The zero value holds no sequence. A KeySet is safe for
// concurrent use once the last Add is done. Its methods take time linear in the
// key and allocate only to grow dst.
type KeySet struct {
	ids     map[string][]int
	longest int
}

// Add puts a sequence in under id. It reports false, and adds nothing, if the
// sequence has no letters or more than 64 bytes of them.
func (s *KeySet) Add(sequence string, id int) bool {
	joined := strings.Join(Words(nil, sequence), "")
	if joined == "" || len(joined) > longestSequence {
		return false
	}
	if s.ids == nil {
		s.ids = map[string][]int{}
	}
	for _, have := range s.ids[joined] {
		if have == id {
			return true
		}
	}
	s.ids[joined] = append(s.ids[joined], id)
	s.longest = max(s.longest, len(joined))
	return true
}

// Len is the number of different sequences.
func (s *KeySet) Len() int { return len(s.ids) }

// qualifiers are words that may follow a name without changing what it names.
var qualifiers = map[string]bool{
	"old": true, "new": true, "value": true, "raw": true, "plain": true, "text": true,
	"plaintext": true, "cleartext": true, "clear": true, "string": true, "str": true,
	"current": true, "previous": true, "confirm": true, "confirmation": true, "repeat": true,
	"primary": true, "secondary": true, "initial": true, "admin": true, "root": true, "db": true, "database": true,
	"prod": true, "production": true, "dev": true, "development": true, "test": true,
	"staging": true, "stage": true, "live": true, "sandbox": true, "default": true,
}

// Tail appends to dst the ids of the sequences that key ends in, words that
// merely qualify left aside: db_password_old and PASSWORD2 end in "password".
// An id may come more than once.
func (s *KeySet) Tail(dst []int, key string) []int {
	if len(s.ids) == 0 {
		return dst
	}
	end := trimSeparators(key, len(key))
	if isMade(key[runStart(key, end):end]) {
		return dst
	}
	for end > 0 {
		dst = s.tailAt(dst, key, end)
		next := trimQualifier(key, end)
		if next == end {
			break
		}
		end = trimSeparators(key, next)
	}
	return dst
}

// EndsIn reports whether key ends in one of the sequences, as Tail sees it.
func (s *KeySet) EndsIn(key string) bool {
	var room [8]int
	return len(s.Tail(room[:0], key)) > 0
}

// tailAt looks up every run of words that ends at end, written from its end
// backwards so that no run is copied twice.
func (s *KeySet) tailAt(dst []int, key string, end int) []int {
	var buf [longestSequence]byte
	at := len(buf)
	for i := end; i > 0; {
		c, n := classBefore(key, i)
		i -= n
		if c == separator {
			continue
		}
		if at = prependLower(&buf, at, key[i:i+n]); at < 0 || len(buf)-at > s.longest {
			break
		}
		if starts(key, i) {
			dst = append(dst, s.ids[string(buf[at:])]...)
		}
	}
	return dst
}

// Beginning returns the sequence of one of a rule's keys, and whether it is to stand
// at a key's beginning, which the key says with " *" at its end.
func Beginning(key string) (sequence string, begins bool) { return strings.CutSuffix(key, " *") }

// Head appends to dst the ids of the sequences that key begins with, whole words at
// a time: db.query.parameter.mail begins with "db query parameter", and so does
// db.query.parameter. An id may come more than once.
func (s *KeySet) Head(dst []int, key string) []int {
	if len(s.ids) == 0 {
		return dst
	}
	i := 0
	for i < len(key) {
		c, n := classAt(key, i)
		if c != separator {
			if isMade(key[i:runEnd(key, i)]) {
				return dst
			}
			return s.headAt(dst, key, i)
		}
		i += n
	}
	return dst
}

// Within appends to dst the ids of the sequences that stand anywhere in key, from
// the start of a word to the end of a word. An id may come more than once.
func (s *KeySet) Within(dst []int, key string) []int {
	for i := 0; i < len(key) && len(s.ids) > 0; {
		c, n := classAt(key, i)
		if c == separator {
			i += n
			continue
		}
		end := runEnd(key, i)
		if isMade(key[i:end]) {
			i = end
			continue
		}
		for i < end {
			dst = s.headAt(dst, key, i)
			i = wordEnd(key, i)
		}
	}
	return dst
}

// Contains reports whether one of the sequences stands in key, as Within sees it.
func (s *KeySet) Contains(key string) bool {
	var room [8]int
	return len(s.Within(room[:0], key)) > 0
}

// headAt looks up every run of words that starts at i.
func (s *KeySet) headAt(dst []int, key string, i int) []int {
	var buf [longestSequence]byte
	at := 0
	for i < len(key) {
		c, n := classAt(key, i)
		if c != separator {
			if at = appendLower(&buf, at, key[i:i+n]); at < 0 || at > s.longest {
				return dst
			}
		}
		i += n
		if next, _ := classAt(key, i); c != separator && (next == separator || starts(key, i)) {
			dst = append(dst, s.ids[string(buf[:at])]...)
		}
	}
	return dst
}

// madeDigits is how many runs of digits no name has: base64EncodedSha256Key2 has
// three, and identifiers that a machine made, in base32 or hexadecimal, have more.
const madeDigits = 4

// isMade reports whether a run of letters and digits is an identifier that a machine
// made. What reads as a word in one, such as the dd at the end of a ULID, is chance.
func isMade(run string) bool {
	runs, before := 0, separator
	for i, n := 0, 0; i < len(run) && runs < madeDigits; i += n {
		var c letterClass
		if c, n = classAt(run, i); c == digit && before != digit {
			runs++
		}
		before = c
	}
	return runs >= madeDigits
}

// runEnd returns where the letters and digits that stand at i end.
func runEnd(s string, i int) int {
	for i < len(s) {
		c, n := classAt(s, i)
		if c == separator {
			break
		}
		i += n
	}
	return i
}

// runStart returns where the letters and digits that end at i start.
func runStart(s string, i int) int {
	for i > 0 {
		c, n := classBefore(s, i)
		if c == separator {
			break
		}
		i -= n
	}
	return i
}

func trimSeparators(key string, end int) int {
	for end > 0 {
		c, n := classBefore(key, end)
		if c != separator {
			break
		}
		end -= n
	}
	return end
}

// trimQualifier returns where key ends without its last word, or end if that word
// says more than a qualifier.
func trimQualifier(key string, end int) int {
	start := lastWord(key, end)
	word := key[start:end]
	if c, _ := classAt(key, start); c == digit {
		// base64 and b64 are a word and a number to the splitting, one to a reader.
		if word == "64" {
			if b := lastWord(key, start); isWord(key[b:start], "base") || isWord(key[b:start], "b") {
				return b
			}
		}
		return start
	}
	var buf [longestSequence]byte
	at := 0
	for i, n := 0, 0; i < len(word); i += n {
		_, n = classAt(word, i)
		if at = appendLower(&buf, at, word[i:i+n]); at < 0 {
			return end
		}
	}
	if qualifiers[string(buf[:at])] {
		return start
	}
	return end
}

func isWord(s, word string) bool { return strings.EqualFold(s, word) }

// lastWord returns where the word that ends at end starts.
func lastWord(key string, end int) int {
	i := end
	for i > 0 {
		c, n := classBefore(key, i)
		if c == separator {
			break
		}
		i -= n
		if starts(key, i) {
			break
		}
	}
	return i
}

// appendLower puts the lower case of the one rune r at offset at and returns the
// new end, or -1 if there is no room.
func appendLower(buf *[longestSequence]byte, at int, r string) int {
	var one [utf8.UTFMax]byte
	n := lowerRune(&one, r)
	if at+n > len(buf) {
		return -1
	}
	copy(buf[at:], one[:n])
	return at + n
}

// prependLower puts the lower case of the one rune r before offset at and returns
// the new start, or -1 if there is no room.
func prependLower(buf *[longestSequence]byte, at int, r string) int {
	var one [utf8.UTFMax]byte
	n := lowerRune(&one, r)
	if n > at {
		return -1
	}
	copy(buf[at-n:], one[:n])
	return at - n
}

func lowerRune(dst *[utf8.UTFMax]byte, r string) int {
	if c := r[0]; c < utf8.RuneSelf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst[0] = c
		return 1
	}
	c, _ := utf8.DecodeRuneInString(r)
	return utf8.EncodeRune(dst[:], unicode.ToLower(c))
}

// WordStarts reports whether a word of s begins at offset i, as Words splits it.
func WordStarts(s string, i int) bool {
	c, _ := classAt(s, i)
	return c != separator && starts(s, i)
}

// WordEnds reports whether a word of s ends before offset i, as Words splits it.
func WordEnds(s string, i int) bool {
	before, _ := classBefore(s, i)
	here, _ := classAt(s, i)
	return before != separator && (here == separator || starts(s, i))
}
