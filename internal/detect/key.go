package detect

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/airtight-telemetry/airtight/internal/rule"
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

// keyNear reports whether a word that ends at end can be part of a key with a
// value behind it: a mark follows, or the word stands after a hyphen as flags do or
// in angle brackets. Words in prose have none, and are not worth reading for.
func keyNear(text string, end int) bool {
	i := end
	for i < len(text) && i-end <= maxKey && keyByte(text[i]) {
		if text[i] >= utf8.RuneSelf {
			return true // a letter, or a fullwidth mark
		}
		i++
	}
	for _, b := range []byte(text[i:min(len(text), i+keyReach)]) {
		if keyMarks[b] {
			return true
		}
	}
	i = end
	for i > 0 && end-i <= maxKey && keyByte(text[i-1]) {
		if i--; text[i] == '-' {
			return true
		}
	}
	return i > 0 && text[i-1] == '<'
}

func keyByte(b byte) bool { return isWord(b) || b == '-' || b == '.' || b == '$' || b >= 0x80 }
