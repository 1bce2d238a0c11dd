// Package keyring holds the keys under which tokens and fingerprints are made:
// by id, with the time each is valid, and rotated with an overlap.
package keyring

import (
	"crypto/hkdf"
	"crypto/sha256"
	"regexp"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/internal/secret"
)

// SecretSize is the least number of bytes a key's secret has, and the number
// Generate makes.
const SecretSize = 32

// derivedSize is the size of a derived key: that of SHA-256's output, which is
// what HMAC-SHA-256 wants (RFC 2104, section 3).
const derivedSize = sha256.Size

var idForm = regexp.MustCompile(`^[a-z0-9]{1,16}$`)

// ValidID reports whether id has the form of a key's id.
func ValidID(id string) bool { return idForm.MatchString(id) }

// Key is one key of a ring. It is immutable.
type Key struct {
	// ID is 1 to 16 of a-z and 0-9, and stands in every token made with the key.
	ID string
	// Created is when the key becomes valid.
	Created time.Time
	// NotAfter is when the key stops making new tokens; zero means never. It is
	// kept for recognising old ones.
	NotAfter time.Time

	secret secret.Bytes
}

// ValidAt reports whether new tokens may be made with the key at now.
func (k Key) ValidAt(now time.Time) bool {
	return !now.Before(k.Created) && (k.NotAfter.IsZero() || now.Before(k.NotAfter))
}

// Derive makes the key for one purpose out of k by HKDF-SHA-256 (RFC 5869)
// without salt and with the purpose as info: "token/v1/contact" or
// "fingerprint/v1". Keys of different purposes tell nothing about each other.
// The result is 32 bytes and always the same for one key and purpose.
func Derive(k Key, purpose string) secret.Bytes {
	b, err := hkdf.Key(sha256.New, k.secret.Reveal(), nil, purpose, derivedSize)
	if err != nil {
		// Only a length out of range or a short key under FIPS 140 fails, and
		// neither can be here: a key comes from Parse or Generate.
		panic("keyring: " + err.Error())
	}
	return secret.New(b)
}

// Ring is a set of keys with unique ids. It is immutable and safe for concurrent use.
type Ring struct {
	keys    []Key // newest first
	current int   // -1 where none is valid
}

// newRing sorts the keys and picks the current one.
func newRing(keys []Key, now time.Time) *Ring {
	keys = slices.Clone(keys)
	slices.SortStableFunc(keys, func(a, b Key) int { return b.Created.Compare(a.Created) })
	return &Ring{keys, slices.IndexFunc(keys, func(k Key) bool { return k.ValidAt(now) })}
}

// Makes reports whether a key of the ring was valid when it was loaded, so that new
// tokens can be made. Only LoadRetired returns a ring that makes none.
func (r *Ring) Makes() bool { return r.current >= 0 }

// Current is the newest key that was valid when the ring was loaded; of a ring that
// makes none it is a key without an id.
func (r *Ring) Current() Key {
	if !r.Makes() {
		return Key{}
	}
	return r.keys[r.current]
}

// Key returns the key named id, valid or not.
func (r *Ring) Key(id string) (Key, bool) {
	for _, k := range r.keys {
		if k.ID == id {
			return k, true
		}
	}
	return Key{}, false
}

// Keys returns every key, newest first.
func (r *Ring) Keys() []Key { return slices.Clone(r.keys) }

// NextChange is the first moment after now at which a key starts or stops being
// valid, so that the ring should be loaded again; zero if there is none.
func (r *Ring) NextChange(now time.Time) time.Time {
	var next time.Time
	for _, k := range r.keys {
		for _, t := range [2]time.Time{k.Created, k.NotAfter} {
			if t.After(now) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}
