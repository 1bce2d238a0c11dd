package detect

import (
	"slices"
	"strings"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// keyInfo is what a key means to the rules.
type keyInfo struct {
	rules  []int // of the lane byKey, whose keys it ends in
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
	rules := distinct(e.keys.Tail(nil, key))
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
