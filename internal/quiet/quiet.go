// Package quiet keeps a process that handles secrets from telling them on its own
// account: in its logs, spans, metrics, error texts or a core file. A backend's
// error text quotes the value it refused, a sender's header becomes an attribute,
// and neither passed through a pipeline.
//
// Everything here puts text through the scrubbers in force (see Use and Add) and
// knows nothing of how they work. Only text is changed: levels, times, types and
// span identities stay.
package quiet

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/airtight-telemetry/airtight/internal/policy"
)

// Scrubber takes a text and gives it back without what must not be told. It is
// called from many goroutines at once and must not log.
type Scrubber interface {
	Scrub(text string) string
}

// Func is a function as a Scrubber.
type Func func(string) string

// Scrub calls the function.
func (f Func) Scrub(text string) string { return f(text) }

// withheld stands for a text that could not be examined.
const withheld = "[airtight: error]"

// The process speaks much and says little that is new: component names, static
// messages. Those that came through unchanged are remembered, so that a metric's
// attributes cost a look-up and not a scan. Only clean text is kept.
const (
	maxClean     = 4096 // texts
	maxCleanText = 128  // bytes each
)

// inForce is what Text goes by. It is replaced whole, and with it what was clean
// under the old scrubbers.
type inForce struct {
	scrubbers []Scrubber
	gates     map[gate]*policy.Compiled // the policies that were in force when it was made
	clean     sync.Map                  // string -> struct{}
	cleanLen  atomic.Int32
}

var (
	changes sync.Mutex  // serialises writers of the two below
	added   []*Scrubber // in the order they came
	current atomic.Pointer[inForce]
)

// Use puts a process-wide scrubber in force, in addition to those added before.
// A command calls it once, first of all, with the built-in policy.
func Use(s Scrubber) { Add(s) }

// Add puts a scrubber in force in addition to those that are, until remove is
// called: the policy of a processor while it runs. A text passes all of them, in
// the order they came.
func Add(s Scrubber) (remove func()) {
	entry := &s // its own identity: one scrubber may be added twice
	changes.Lock()
	defer changes.Unlock()
	added = append(added, entry)
	publish()
	return func() {
		changes.Lock()
		defer changes.Unlock()
		added = slices.DeleteFunc(added, func(e *Scrubber) bool { return e == entry })
		publish()
	}
}

// publish is called under changes.
func publish() {
	next := &inForce{gates: map[gate]*policy.Compiled{}}
	for _, e := range added {
		if g, ok := (*e).(gate); ok {
			next.gates[g] = g.guard.Policy()
		}
	}
	for _, e := range added {
		if b, ok := (*e).(*builtIn); ok && next.covers(b) {
			b.release()
			continue
		}
		next.scrubbers = append(next.scrubbers, *e)
	}
	current.Store(next)
}

func (f *inForce) covers(b *builtIn) bool {
	for _, p := range f.gates {
		if b.covered(p) {
			return true
		}
	}
	return false
}

// state is what is in force, with the policies as they are now.
func state() *inForce {
	f := current.Load()
	if f == nil || f.upToDate() {
		return f
	}
	changes.Lock()
	defer changes.Unlock()
	if !current.Load().upToDate() {
		publish()
	}
	return current.Load()
}

func (f *inForce) upToDate() bool {
	for g, p := range f.gates {
		if g.guard.Policy() != p {
			return false
		}
	}
	return true
}

// Text puts a text through every scrubber in force. While there is none, and when
// one panics, nothing of the text comes back.
func Text(text string) (out string) {
	state := state()
	if text == "" {
		return ""
	}
	if state == nil || len(state.scrubbers) == 0 {
		return withheld
	}
	if len(text) <= maxCleanText {
		if _, ok := state.clean.Load(text); ok {
			return text
		}
	}
	defer func() {
		if recover() != nil {
			out = withheld
		}
	}()
	out = text
	for _, s := range state.scrubbers {
		out = s.Scrub(out)
	}
	if out == text && len(text) <= maxCleanText && state.cleanLen.Load() < maxClean {
		state.cleanLen.Add(1)
		state.clean.Store(string([]byte(text)), struct{}{}) // a copy: text may be part of something large
	}
	return out
}
