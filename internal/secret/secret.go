// Package secret holds text that refuses to show itself.
package secret

import (
	"fmt"
	"log/slog"
)

const hidden = "[hidden]"

// Bytes is sensitive material, such as a key. However it is printed, logged or
// marshalled, only a placeholder comes out; Reveal is the one way to the bytes.
//
// The material hangs on a function, not on a slice or pointer: fmt calls no
// method of a value in an unexported field but walks what it can reach by
// reflection, and a function is where that ends.
type Bytes struct{ reveal func() []byte }

// New wraps b without copying it.
func New(b []byte) Bytes { return Bytes{func() []byte { return b }} }

// Reveal returns the material itself. Every call site is a place to review.
func (s Bytes) Reveal() []byte {
	if s.reveal == nil {
		return nil
	}
	return s.reveal()
}

// Len is the number of bytes.
func (s Bytes) Len() int { return len(s.Reveal()) }

// String implements fmt.Stringer without revealing.
func (Bytes) String() string { return hidden }

// GoString implements fmt.GoStringer without revealing.
func (Bytes) GoString() string { return hidden }

// Format implements fmt.Formatter, so that no verb, not even %x, reveals.
func (Bytes) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText implements encoding.TextMarshaler (JSON, YAML, XML) without revealing.
func (Bytes) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue implements slog.LogValuer without revealing.
func (Bytes) LogValue() slog.Value { return slog.StringValue(hidden) }
