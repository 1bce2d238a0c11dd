package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of what a hub holds between two takes. A row costs about a kilobyte,
// a value about a hundred bytes.
const (
	maxRows   = 8192
	maxValues = 65536
	// maxRowValues is how many values of one row are told apart; the rest are
	// counted together, with an estimate of how many there are.
	maxRowValues = 64
	// maxCoarse is how many rows there may be beyond maxRows for findings whose
	// origin is cut down to the service.
	maxCoarse = 1024
)

// Event is one value found, with where.
type Event struct {
	Finding
	Origin
	// Fingerprint tells equal values; empty for values that get none.
	Fingerprint string
	// Length is the value's, in bytes.
	Length int
}

// Sink takes events. Its methods must not block and must be safe for concurrent use.
type Sink interface {
	// Listening reports whether anyone wants events; if not, none need be made.
	Listening() bool
	// Publish takes events over; the slice is only borrowed, and nothing in it
	// may share memory with the telemetry.
	Publish([]Event)
	// Lost reports findings of which no event could be made.
	Lost(n int)
}

// Row is equal findings of a window, counted: one row for each value that has a
// fingerprint, one for those that have none, and one for those beyond the number
// that are told apart.
type Row struct {
	Finding
	Origin
	// Destinations name the exporters behind the gate, as it was told them.
	Destinations []string
	Fingerprint  string
	// Length is that of the value seen last, 0 in an overflow row.
	Length      int
	Count       int
	First, Last time.Time
	// Overflow marks the row of values that are not told apart; Distinct is about
	// how many they were.
	Overflow bool
	Distinct int
}

// Hub is where the gates of a process leave what they found, and where a receiver
// fetches it. Findings are counted as they come, so that a hub's size is bounded
// and does not grow with the traffic. It is safe for concurrent use.
type Hub struct {
	taken   atomic.Bool
	dropped atomic.Int64

	mu     sync.Mutex
	rows   map[rowKey]*window
	values int
	coarse int

	// contained is what is contained at present, nil for nothing; containing guards
	// what changes it. See contain.go.
	contained  atomic.Pointer[containedSet]
	containing struct {
		sync.Mutex
		views  []*Containing
		events []ContainmentEvent
		timer  *time.Timer
	}
}

type rowKey struct {
	Finding
	Origin
	destinations string
}

// window is what a row counts between two takes.
type window struct {
	values   map[string]*tally
	overflow *overflow
}

type tally struct {
	count       int
	length      int
	first, last time.Time
}

type overflow struct {
	tally
	sketch Sketch
}

var hubs struct {
	sync.Mutex
	byName map[string]*Hub
}

// HubNamed is the hub of that name in this process; the first call makes it.
func HubNamed(name string) *Hub {
	hubs.Lock()
	defer hubs.Unlock()
	h := hubs.byName[name]
	if h == nil {
		if hubs.byName == nil {
			hubs.byName = map[string]*Hub{}
		}
		h = NewHub()
		hubs.byName[name] = h
	}
	return h
}

// NewHub makes a hub that has no name.
func NewHub() *Hub { return &Hub{rows: map[rowKey]*window{}} }

// Sink is a way into the hub for a gate whose output goes to the destinations.
func (h *Hub) Sink(destinations []string) Sink {
	return &sink{h, strings.Join(slices.Sorted(slices.Values(destinations)), attrsNext)}
}

type sink struct {
	hub          *Hub
	destinations string
}

func (s *sink) Listening() bool { return s.hub.taken.Load() }

func (s *sink) Lost(n int) { s.hub.dropped.Add(int64(n)) }

func (s *sink) Publish(events []Event) {
	now := time.Now()
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if !s.hub.taken.Load() { // the receiver has gone in the meantime
		s.Lost(len(events))
		return
	}
	for i := range events {
		s.hub.add(&events[i], s.destinations, now)
	}
}

func (h *Hub) add(e *Event, destinations string, now time.Time) {
	w := h.window(e, destinations)
	if w == nil {
		h.dropped.Add(1)
		return
	}
	t := w.values[e.Fingerprint]
	if t == nil && e.Fingerprint != "" && (len(w.values) >= maxRowValues || h.values >= maxValues) {
		if w.overflow == nil {
			w.overflow = &overflow{}
		}
		w.overflow.sketch.Add(e.Fingerprint)
		w.overflow.see(0, now)
		return
	}
	if t == nil {
		t = &tally{}
		w.values[e.Fingerprint] = t
		h.values++
	}
	t.see(e.Length, now)
}

func (t *tally) see(length int, now time.Time) {
	if t.count == 0 {
		t.first = now
	}
	t.count++
	t.length, t.last = length, now
}

// window finds the row of an event. Where there is no room for another row, the
// origin is cut down to the service; where there is none for that either it is nil.
func (h *Hub) window(e *Event, destinations string) *window {
	k := rowKey{e.Finding, e.Origin, destinations}
	if w := h.rows[k]; w != nil {
		return w
	}
	if len(h.rows)-h.coarse >= maxRows {
		k.Origin = k.coarse()
		if w := h.rows[k]; w != nil {
			return w
		}
		if h.coarse >= maxCoarse {
			return nil
		}
		h.coarse++
	}
	w := &window{values: map[string]*tally{}}
	h.rows[k] = w
	return w
}

// Take makes the caller the one who takes rows from the hub; from now on it
// listens. The tap must be closed. A hub has one tap at a time.
func (h *Hub) Take() (*Tap, error) {
	if !h.taken.CompareAndSwap(false, true) {
		return nil, fmt.Errorf("another receiver takes the findings of this hub: name another hub, or leave one receiver out")
	}
	return &Tap{h}, nil
}

// Dropped is how many findings were lost since the process began, for want of room
// or after the tap was closed.
func (h *Hub) Dropped() int64 { return h.dropped.Load() }

// Tap is the way out of a hub.
type Tap struct{ hub *Hub }

// Rows returns what was found since the last call, by resource and scope, and
// leaves the hub empty. Gates wait for no more than the exchange of a map.
func (t *Tap) Rows() []Row {
	t.hub.mu.Lock()
	windows := t.hub.rows
	t.hub.rows, t.hub.values, t.hub.coarse = map[rowKey]*window{}, 0, 0
	t.hub.mu.Unlock()

	var rows []Row
	for k, w := range windows {
		row := Row{Finding: k.Finding, Origin: k.Origin}
		if k.destinations != "" {
			row.Destinations = strings.Split(k.destinations, attrsNext)
		}
		for fingerprint, t := range w.values {
			r := row
			r.Fingerprint, r.Length, r.Count, r.First, r.Last = fingerprint, t.length, t.count, t.first, t.last
			rows = append(rows, r)
		}
		if o := w.overflow; o != nil {
			r := row
			r.Overflow, r.Distinct = true, o.sketch.Estimate()
			r.Count, r.First, r.Last = o.count, o.first, o.last
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Scope, b.Scope),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return rows
}

// Close ends listening and returns what was left.
func (t *Tap) Close() []Row {
	t.hub.mu.Lock()
	t.hub.taken.Store(false)
	t.hub.mu.Unlock()
	return t.Rows()
}
