package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/secret"
)

// Generate returns a ring of one fresh key, valid from now and for life; with a
// life of zero it is valid for ever.
func Generate(id string, now time.Time, life time.Duration) (*Ring, error) {
	k, err := generate(id, now, life)
	if err != nil {
		return nil, err
	}
	return newRing([]Key{k}, now), nil
}

// Rotation says when keys take over from each other. The zero value hands over at
// once, and to a key that is valid for ever.
type Rotation struct {
	// Delay is how long the fresh key waits before it makes tokens, so that every
	// process has the ring by then and recognises what another makes.
	Delay time.Duration
	// Overlap is how long the keys before it stay valid once it is: for processes
	// that have the old ring still. Afterwards they are kept for recognising what was
	// made with them.
	Overlap time.Duration
	// Life is how long the fresh key makes tokens; zero is for ever.
	Life time.Duration
}

// Rotate returns a ring with a fresh key beside the keys of r, which gives those an
// end that Rotation says, or leaves them an earlier one they have. r is not changed.
func (r *Ring) Rotate(id string, now time.Time, o Rotation) (*Ring, error) {
	if _, taken := r.Key(id); taken {
		return nil, fmt.Errorf("key id %s is taken: choose another", id)
	}
	if o.Delay < 0 || o.Overlap < 0 {
		return nil, errors.New("a rotation can't be in the past")
	}
	fresh, err := generate(id, now.Add(o.Delay), o.Life)
	if err != nil {
		return nil, err
	}
	end := fresh.Created.Add(o.Overlap)
	keys := []Key{fresh}
	for _, k := range r.keys {
		if k.NotAfter.IsZero() || k.NotAfter.After(end) {
			k.NotAfter = end
		}
		if !k.Created.Before(k.NotAfter) {
			return nil, fmt.Errorf("key %s becomes valid only after the overlap has ended: take it out or choose a longer overlap", k.ID)
		}
		keys = append(keys, k)
	}
	return newRing(keys, now), nil
}

// Prune returns a ring without the keys that stopped being valid before a time, and
// those keys. What was made with them is not recognised any more.
func (r *Ring) Prune(before, now time.Time) (kept *Ring, gone []Key) {
	var keys []Key
	for _, k := range r.keys {
		if !k.NotAfter.IsZero() && k.NotAfter.Before(before) {
			gone = append(gone, k)
			continue
		}
		keys = append(keys, k)
	}
	return newRing(keys, now), gone
}

// NextID is a key id that the ring does not have: k and one more than the highest
// number of an id of that form.
func (r *Ring) NextID() string {
	highest := uint64(0)
	for _, k := range r.keys {
		digits, ok := strings.CutPrefix(k.ID, "k")
		if n, err := strconv.ParseUint(digits, 10, 32); ok && err == nil {
			highest = max(highest, n)
		}
	}
	return "k" + strconv.FormatUint(highest+1, 10)
}

func generate(id string, from time.Time, life time.Duration) (Key, error) {
	if !ValidID(id) {
		return Key{}, errors.New("a key id is 1 to 16 of a-z and 0-9")
	}
	if life < 0 {
		return Key{}, errors.New("a key's life can't be negative")
	}
	b := make([]byte, SecretSize)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	// The file holds whole seconds, so a key lives in them too.
	k := Key{ID: id, Created: from.UTC().Truncate(time.Second), secret: secret.New(b)}
	if life > 0 {
		k.NotAfter = k.Created.Add(life)
	}
	return k, nil
}
