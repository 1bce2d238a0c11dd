package detect

import (
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// sequence is what is left of a word sequence when the word that it is looked for by
// is taken out: the letters before that word and those behind it, folded.
type sequence struct{ before, after string }

// sequenceReach is how many bytes that are no letters may stand between two words of
// a sequence. It is as far as a keyword may stand from a match.
const sequenceReach = keywordReach

// stands reports whether the rest of the sequence may stand around the word at start
// to end, with anything between the words that is no letter or digit. It is true for
// a text outside ASCII, where a letter has more than one writing.
func (q *sequence) stands(text string, start, end int) bool {
	return q.endsAt(text, start) && q.startsAt(text, end)
}

func (q *sequence) endsAt(text string, i int) bool {
	gap := 0
	for n := len(q.before); n > 0; {
		if i == 0 {
			return false
		}
		i--
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return true
		case !letterOrDigit[c]:
			if gap++; gap > sequenceReach {
				return false
			}
		case fold1(c) != q.before[n-1]:
			return false
		default:
			n, gap = n-1, 0
		}
	}
	return true
}

func (q *sequence) startsAt(text string, i int) bool {
	gap := 0
	for n := 0; n < len(q.after); i++ {
		if i == len(text) {
			return false
		}
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return true
		case !letterOrDigit[c]:
			if gap++; gap > sequenceReach {
				return false
			}
		case fold1(c) != q.after[n]:
			return false
		default:
			n, gap = n+1, 0
		}
	}
	return true
}

var letterOrDigit = byteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

func fold1(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// commonWords stand in every log, and in many sequences: a sequence is looked for
// by another of its words, if it has one.
var commonWords = map[string]bool{
	"id": true, "no": true, "nr": true, "num": true, "number": true, "code": true, "name": true, "key": true, "user": true, "service": true,
	"client": true, "server": true, "connect": true, "data": true, "app": true, "time": true, "host": true, "address": true, "session": true,
	"value": true, "auth": true, "proxy": true, "x": true, "the": true, "of": true, "de": true, "storage": true, "job": true, "admin": true,
	"request": true, "root": true, "device": true, "account": true, "card": true, "file": true, "http": true, "header": true, "field": true,
	"on": true, "in": true, "by": true, "to": true, "at": true, "is": true, "co": true, "my": true, "new": true, "old": true, "full": true,
	"block": true, "runner": true, "backend": true, "times": true, "through": true, "12": true,
}

// tellingWord picks the one word of a sequence by which to look for it, folded, and
// at which ends that word is the edge of a word in every way the sequence may be
// written: a_b, aB and ab alike. It is the rarest word, and of equals the last. rest
// is what else must stand there.
func tellingWord(written string) (word string, at edges, rest sequence) {
	words := rule.Words(nil, written)
	best, most := 0, -1
	for i, w := range words {
		score := required{literals: []string{fold(w)}}.score()
		if commonWords[w] {
			score /= 2
		}
		if score >= most {
			best, most = i, score
		}
	}
	if best == 0 {
		at |= leftEdge
	}
	if best == len(words)-1 {
		at |= rightEdge
	}
	return fold(words[best]), at, sequence{ascii(words[:best]), ascii(words[best+1:])}
}

// ascii joins words, or gives nothing to look for where they are not all ASCII.
func ascii(words []string) string {
	s := fold(strings.Join(words, ""))
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return ""
		}
	}
	return s
}
