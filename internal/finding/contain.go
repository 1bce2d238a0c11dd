package finding

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// MaxContainment is how long a source can be contained at one go. What must last
// longer is a matter for the policy.
const MaxContainment = 24 * time.Hour

// The bounds of what a hub holds of containments.
const (
	maxContained         = 1024
	maxContainmentEvents = 512
	maxSourceName        = 200
	maxContainmentText   = 256
)

// ByPolicy begins the By of a containment that a gate made by its policy.
const ByPolicy = "policy of "

// Containment is a source whose texts are masked whole for a time; package guard
// says what that leaves of them.
type Containment struct {
	// Service and Namespace are the source: its service.name, and its
	// service.namespace or else its k8s.namespace.name, in the form in which the
	// resource of a finding bears them. Empty is a source that has none.
	Service, Namespace string
	// Since is when it began; Contain sets it.
	Since time.Time
	// Until is when it ends by itself.
	Until time.Time
	// Reason is for whoever reads the audit, and By says who or what ordered it.
	Reason, By string
}

// Change is what became of a containment.
type Change string

// The changes. An order that is given another end while it lasts is prolonged, though
// the new end may be the earlier.
const (
	ContainmentStarted   Change = "started"
	ContainmentProlonged Change = "prolonged"
	ContainmentExpired   Change = "expired"
	ContainmentReleased  Change = "released"
	// ContainmentWithdrawn is one of a policy that no longer contains, or of a gate
	// that was closed.
	ContainmentWithdrawn Change = "withdrawn"
)

// ContainmentEvent is one change of a containment, for an audit.
type ContainmentEvent struct {
	Containment
	Change Change
	At     time.Time
}

// The ways in which Contain refuses.
var (
	ErrContainmentOver = errors.New("the containment would be over already: give it an end in the future")
	ErrContainmentName = fmt.Errorf("a source is named with more than %d bytes: name the source as findings name it", maxSourceName)
	ErrContainmentFull = fmt.Errorf("%d sources are contained already: release one", maxContained)
)

type source struct{ service, namespace string }

// containedSet is immutable: every change makes another.
type containedSet map[source][]contained

// contained is a containment with the gate whose own it is; nil for an order, which
// is for all gates.
type contained struct {
	Containment
	gate *Containing
}

// Contain orders all gates of this process to contain a source, or gives the
// order's containment another end. An end that is further off than MaxContainment
// is brought forward to it; a reason of more than 256 bytes is cut.
func (h *Hub) Contain(c Containment) error { return h.contain(c, nil) }

// Release ends every containment of a source at once, a gate's own too, and reports
// whether there was one. A gate counts that source's findings from nothing again.
func (h *Hub) Release(service, namespace string) bool {
	return h.end(ContainmentReleased, func(c contained) bool {
		return c.Service == service && c.Namespace == namespace
	})
}

// Containments are those in force, by service and namespace: for each source that
// of the order and of every gate that contains it.
func (h *Hub) Containments() []Containment {
	now := time.Now()
	var all []Containment
	if set := h.contained.Load(); set != nil {
		for _, list := range *set {
			for _, c := range list {
				if now.Before(c.Until) {
					all = append(all, c.Containment)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Containment) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Namespace, b.Namespace), a.Since.Compare(b.Since), cmp.Compare(a.By, b.By))
	})
	return all
}

// Containing is a gate's view of the containments in its process: the orders, and
// those that are its own. It is safe for concurrent use.
type Containing struct {
	hub    *Hub
	notify func(ContainmentEvent)
}

// Containing makes a view for one gate. notify is told of each change of an order
// and of the gate's own containments, one at a time and in their order; it must not
// call the hub and must not block. Close must be called.
func (h *Hub) Containing(notify func(ContainmentEvent)) *Containing {
	c := &Containing{hub: h, notify: notify}
	h.containing.Lock()
	defer h.containing.Unlock()
	h.containing.views = append(h.containing.views, c)
	return c
}

// Any reports whether anything is contained in the process. It is one load of a
// pointer: what a gate asks before it asks more.
func (v *Containing) Any() bool { return v.hub.contained.Load() != nil }

// Holds reports whether a source is contained for this gate at now, by an order or
// by itself. It takes no lock and allocates nothing.
func (v *Containing) Holds(service, namespace string, now time.Time) (ordered, own bool) {
	set := v.hub.contained.Load()
	if set == nil {
		return false, false
	}
	for _, c := range (*set)[source{service, namespace}] {
		if now.Before(c.Until) {
			ordered = ordered || c.gate == nil
			own = own || c.gate == v
		}
	}
	return ordered, own
}

// Count is how many sources are contained for this gate: by orders, and only by itself.
func (v *Containing) Count() (ordered, own int) {
	set, now := v.hub.contained.Load(), time.Now()
	if set == nil {
		return 0, 0
	}
	for at := range *set {
		switch o, l := v.Holds(at.service, at.namespace, now); {
		case o:
			ordered++
		case l:
			own++
		}
	}
	return ordered, own
}

// Contain contains a source in this gate alone; else it is as Hub.Contain. One of the
// gate's own that lasts stays as it is: whoever goes on leaking is contained anew, and
// that is seen.
func (v *Containing) Contain(c Containment) error { return v.hub.contain(c, v) }

// Withdraw ends those of the gate's own containments that keep does not hold for.
func (v *Containing) Withdraw(keep func(Containment) bool) {
	v.hub.end(ContainmentWithdrawn, func(c contained) bool { return c.gate == v && !keep(c.Containment) })
}

// Close ends the gate's own containments, and that it is told of others.
func (v *Containing) Close() {
	v.Withdraw(func(Containment) bool { return false })
	v.hub.containing.Lock()
	defer v.hub.containing.Unlock()
	v.hub.containing.views = slices.DeleteFunc(v.hub.containing.views, func(other *Containing) bool { return other == v })
}

// ContainmentEvents returns what became of containments since the last call, in
// its order. Beyond a bound the oldest are let go.
func (t *Tap) ContainmentEvents() []ContainmentEvent {
	t.hub.containing.Lock()
	defer t.hub.containing.Unlock()
	events := t.hub.containing.events
	t.hub.containing.events = nil
	return events
}

func (h *Hub) contain(c Containment, gate *Containing) error {
	now := time.Now()
	if !now.Before(c.Until) {
		return ErrContainmentOver
	}
	if len(c.Service) > maxSourceName || len(c.Namespace) > maxSourceName {
		return ErrContainmentName
	}
	c.Since, c.Until = now, earlier(c.Until, now.Add(MaxContainment))
	// The texts may be borrowed from telemetry.
	c.Service, c.Namespace = strings.Clone(c.Service), strings.Clone(c.Namespace)
	c.Reason, c.By = containmentText(c.Reason), containmentText(c.By)

	h.containing.Lock()
	defer h.containing.Unlock()
	set := h.copyContained()
	at := source{c.Service, c.Namespace}
	list := set[at]
	change := ContainmentStarted
	switch i := slices.IndexFunc(list, func(o contained) bool { return o.gate == gate }); {
	case i < 0 && list == nil && len(set) >= maxContained:
		return ErrContainmentFull
	case i < 0:
		set[at] = append(list, contained{c, gate})
	case !now.Before(list[i].Until): // its timer is due
		h.changed(list[i], ContainmentExpired, now)
		list[i].Containment = c
	case gate != nil:
		return nil
	default:
		change, c.Since = ContainmentProlonged, list[i].Since
		list[i].Containment = c
	}
	h.publishContained(set, now)
	h.changed(contained{c, gate}, change, now)
	return nil
}

// end ends the containments that which holds for, and reports whether there was one.
func (h *Hub) end(change Change, which func(contained) bool) bool {
	h.containing.Lock()
	defer h.containing.Unlock()
	return h.endLocked(change, which)
}

func (h *Hub) endLocked(change Change, which func(contained) bool) bool {
	set, now := h.copyContained(), time.Now()
	var ended []contained
	for at, list := range set {
		left := slices.DeleteFunc(list, func(c contained) bool {
			if which(c) {
				ended = append(ended, c)
				return true
			}
			return false
		})
		if set[at] = left; len(left) == 0 {
			delete(set, at)
		}
	}
	if len(ended) == 0 {
		return false
	}
	h.publishContained(set, now)
	for _, c := range ended {
		h.changed(c, change, now)
	}
	return true
}

// copyContained is the set in force, to be changed.
func (h *Hub) copyContained() containedSet {
	set := containedSet{}
	if old := h.contained.Load(); old != nil {
		maps.Copy(set, *old)
		for at, list := range set {
			set[at] = slices.Clone(list)
		}
	}
	return set
}

// publishContained puts a set in force and sees to it that it shrinks by itself.
// With nothing contained there is no set, so that gates look no further.
func (h *Hub) publishContained(set containedSet, now time.Time) {
	if h.containing.timer != nil {
		h.containing.timer.Stop()
		h.containing.timer = nil
	}
	if len(set) == 0 {
		h.contained.Store(nil)
		return
	}
	h.contained.Store(&set)
	var next time.Time
	for _, list := range set {
		for _, c := range list {
			if next.IsZero() || c.Until.Before(next) {
				next = c.Until
			}
		}
	}
	h.containing.timer = time.AfterFunc(next.Sub(now), h.expire)
}

func (h *Hub) expire() {
	h.containing.Lock()
	defer h.containing.Unlock()
	now := time.Now()
	if !h.endLocked(ContainmentExpired, func(c contained) bool { return !now.Before(c.Until) }) {
		// The timer was for what has ended otherwise in the meantime, or it came early.
		h.publishContained(h.copyContained(), now)
	}
}

// changed tells of a change.
func (h *Hub) changed(c contained, change Change, now time.Time) {
	e := ContainmentEvent{c.Containment, change, now}
	events := append(h.containing.events, e)
	h.containing.events = events[max(0, len(events)-maxContainmentEvents):]
	for _, v := range h.containing.views {
		if c.gate == nil || c.gate == v {
			v.notify(e)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func containmentText(s string) string {
	return strings.Clone(strings.ToValidUTF8(s[:min(len(s), maxContainmentText)], ""))
}
