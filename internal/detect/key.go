package detect

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/structure"
)

// keyInfo is what a key means to the rules.
type keyInfo struct {
	rules  []int // of the lane byKey, whose keys it ends in or begins with
	worded []int // of the lane byKeyword, whose keyword it holds
}

var noKey = &keyInfo{}

// keyCache remembers what keys mean. Telemetry repeats its keys, so nearly every
// look-up is a hit. It belongs to one scanner, so it needs no lock; the exact key
// is the entry's key; and it is bounded in entries, each of at most maxKey bytes.
type keyCache struct {
	lru *simplelru.LRU[string, *keyInfo]
}

const (
	cachedKeys = 2048
	maxKey     = 128
)

func newKeyCache() keyCache {
	lru, err := simplelru.NewLRU[string, *keyInfo](cachedKeys, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return keyCache{lru}
}

func (c keyCache) lookup(e *Engine, key string) *keyInfo {
	if key == "" {
		return noKey
	}
	if info, ok := c.lru.Get(key); ok {
		return info
	}
	info := e.keyInfo(key)
	if len(key) <= maxKey {
		c.lru.Add(strings.Clone(key), info)
	}
	return info
}

func (e *Engine) keyInfo(key string) *keyInfo {
	rules := distinct(e.heads.Head(e.keys.Tail(nil, key), key))
	worded := distinct(e.keywords.Within(nil, key))
	if len(rules) == 0 && len(worded) == 0 {
		return noKey
	}
	return &keyInfo{rules, worded}
}

func distinct(ids []int) []int {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// hold reports whether the literal at start to end is the edge of a word where it
// must be. The m that ends a terminal's colour code is no letter.
func (e edges) hold(text string, start, end int) bool {
	if e&rightEdge != 0 && !rule.WordEnds(text, end) {
		return false
	}
	return e&leftEdge == 0 || rule.WordStarts(text, start) || afterColour(text, start)
}

// insideName reports whether a word with digits beside it stands in a name that goes on
// in the same case beyond them, as nhs and ssn do in the pods cart-trk7nhs-x2k4q and
// cart-5d9-ssn4s: such names are made by machines, and their words by chance.
func insideName(text string, start, end int) bool {
	i, j := start, end
	for i > 0 && isDigit(text[i-1]) {
		i--
	}
	for j < len(text) && isDigit(text[j]) {
		j++
	}
	return i < start && i > 0 && start < end && sameCase(text[i-1], text[start]) ||
		j > end && j < len(text) && start < end && sameCase(text[end-1], text[j])
}

// sameCase reports whether two bytes are letters of one case.
func sameCase(a, b byte) bool {
	return 'a' <= a|0x20 && a|0x20 <= 'z' && 'a' <= b|0x20 && b|0x20 <= 'z' && a&0x20 == b&0x20
}

// afterColour reports whether a colour code, such as ESC [ 3 1 m, ends before at.
// The escape byte itself may be written in several ways.
func afterColour(text string, at int) bool {
	if at == 0 || text[at-1] != 'm' {
		return false
	}
	i := at - 1
	for i > 0 && at-i < 20 && (text[i-1] == ';' || '0' <= text[i-1] && text[i-1] <= '9') {
		i--
	}
	return i > 0 && text[i-1] == '['
}

// keyReach is how far behind a key the mark may stand that makes it one: code puts
// types between the two, terminals colours.
const keyReach = 32

// keyMarks are the marks that structure reads as standing between a key and its
// value, or around either.
var keyMarks = byteSet("=:\"'`<>,[({\x1b\\%")

func byteSet(s string) (set [256]bool) {
	for i := range len(s) {
		set[s[i]] = true
	}
	for b := 0x80; b < 256; b++ {
		set[b] = true
	}
	return set
}

// keyNear reports whether a word at start to end can be part of a key with a value
// behind it. A mark follows a key, but for flags, which begin with a hyphen, and names
// in angle brackets. Words in prose have none, and are not worth reading for.
func keyNear(text string, start, end int) bool {
	from, to := start, end
	for from > 0 && start-from <= maxKey && keyByte(text[from-1]) {
		if from--; text[from] == '-' && (from == 0 || !letterOrDigit[text[from-1]]) {
			return true
		}
	}
	for to < len(text) && to-end <= maxKey && keyByte(text[to]) {
		if text[to] >= utf8.RuneSelf {
			return true // a letter, or a fullwidth mark
		}
		to++
	}
	if to == len(text) || from > 0 && text[from-1] == '<' {
		return from > 0 && text[from-1] == '<'
	}
	if named(text, from) {
		return markWithin(text, to, keyReach)
	}
	return marked(text, to) || quotedKey(text, from, to)
}

// markWithin reports whether a mark stands among the next reach bytes.
func markWithin(text string, i, reach int) bool {
	for _, b := range []byte(text[i:min(len(text), i+reach)]) {
		if keyMarks[b] {
			return true
		}
	}
	return false
}

// marked reports whether a mark is what follows a key that ends at i, or follows with
// the words of a type between: var token *string = "x".
func marked(text string, i int) bool {
	for end := min(len(text), i+keyReach); i < end; {
		switch c := text[i]; {
		case keyMarks[c]:
			return true
		case !keyByte(c):
			i++
		default:
			word := i
			for i < len(text) && keyByte(text[i]) {
				i++
			}
			if !structure.IsTypeWord(text[word:i]) && letterOrDigit[c] {
				return false
			}
		}
	}
	return false
}

// quotedKey reports whether quotes may stand around a key of several words, of which
// one stands at from to to: "card number": "x".
func quotedKey(text string, from, to int) bool {
	return reachesQuote(text[to:min(len(text), to+maxKey)]) && quoteBefore(text[max(0, from-maxKey):from])
}

func reachesQuote(s string) bool {
	i := strings.IndexAny(s, "\"'`\\")
	return i >= 0 && strings.IndexAny(s[:i], "\n\r=") < 0
}

func quoteBefore(s string) bool { return strings.ContainsAny(s, "\"'`\\") }

// named reports whether the word that begins at from may be the value of a member that
// names the value beside it: name=token value=x.
func named(text string, from int) bool {
	for i := from; i > 0 && from-i < keyReach; i-- {
		switch c := text[i-1]; c {
		case '=', ':', '>':
			return true
		case ' ', '\t', '"', '\'', '`', '\\', 'm':
		default:
			if c < utf8.RuneSelf && c != '[' && c != 0x1b && !isDigit(c) {
				return false
			}
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func keyByte(b byte) bool { return isWord(b) || b == '-' || b == '.' || b == '$' || b >= 0x80 }
