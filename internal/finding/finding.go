// Package finding says that something was found and nothing about the thing
// itself: Finding has no field in which a secret would fit.
package finding

import (
	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Finding is one value found. It is comparable, so that equal ones can be counted.
type Finding struct {
	// Rule is a rule's id, or action.FieldID for a key the policy masks.
	Rule       string
	Class      rule.Class
	Severity   string
	Confidence rule.Confidence
	Action     action.Kind
	// Exposed is true where the value went on as it was: in shadow mode.
	Exposed bool
	Signal  field.Signal
	Part    field.Part
	// Service is the service.name of the resource, or "" where it has none or has
	// one that is not fit to be shown.
	Service string
}

// Outcome is how a record left the gate.
type Outcome uint8

// The ends of a record, from the mildest; see invariants in package guard.
const (
	Clean Outcome = iota
	Masked
	Tombstoned
	Dropped
)

// String is the outcome as it stands in metrics.
func (o Outcome) String() string {
	return [...]string{"clean", "masked", "tombstoned", "dropped"}[o]
}

// Observer learns what a gate did. Its methods are called once a batch for each
// kind of event, must not block, and must be safe for concurrent use.
type Observer interface {
	// Found reports n equal findings.
	Found(f Finding, n int)
	// Records reports how n records left the gate.
	Records(s field.Signal, o Outcome, n int)
	// Bytes reports the bytes of text examined.
	Bytes(s field.Signal, n int)
	// Tombstoned reports bytes that a tombstone took the place of.
	Tombstoned(r field.Reason, n int)
	// Suppressed reports findings that an allow line or a rule's ignore_values exempted.
	Suppressed(rule string, n int)
}

// ContainmentObserver is an Observer that also learns of contained sources.
type ContainmentObserver interface {
	Observer
	// Contained reports n records of a service whose texts were masked because their
	// source is contained.
	Contained(s field.Signal, service string, n int)
}

// Discard is an Observer that forgets everything.
type Discard struct{}

var _ Observer = Discard{}

// Found implements Observer.
func (Discard) Found(Finding, int) {}

// Records implements Observer.
func (Discard) Records(field.Signal, Outcome, int) {}

// Bytes implements Observer.
func (Discard) Bytes(field.Signal, int) {}

// Tombstoned implements Observer.
func (Discard) Tombstoned(field.Reason, int) {}

// Suppressed implements Observer.
func (Discard) Suppressed(string, int) {}
