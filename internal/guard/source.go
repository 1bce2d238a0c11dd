package guard

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// PublishTo hands every finding, with where it was, to a sink. It must be called
// before the first session; a batch without findings costs no more for it, and one
// with findings only while the sink is listening. Findings in texts of no signal,
// and in log records that are findings themselves, are not handed on.
func (g *Guard) PublishTo(sink finding.Sink) { g.sink = sink }

// runFingerprints is for policies without a keyring: one key for all of the run,
// so that a reload does not make equal values look different.
var runFingerprints = sync.OnceValue(func() *finding.Fingerprinter { return finding.NewFingerprinter(nil) })

func fingerprinter(ring *keyring.Ring) *finding.Fingerprinter {
	if ring == nil {
		return runFingerprints()
	}
	return finding.NewFingerprinter(ring)
}

// sources is what a session remembers to say where its findings were. What is
// known of a slot's surroundings is read from the other slots of its record, and
// only once something was found there.
type sources struct {
	resources []int32 // where the slots of each resource begin
	sighted   []sighted
	events    []finding.Event
	edits     map[uint32]int32 // by slot, built when something is published

	attrs   memo[resourceSource] // by the resource's first slot
	scope   memo[string]         // by the scope's record
	record  memo[recordSource]
	context memo[slotSource] // by the slot's index
}

// sighted is a finding and its slot.
type sighted struct {
	slot    int32
	length  int32
	finding finding.Finding
	value   string // borrowed
	print   bool   // the value may have a fingerprint
}

// memo remembers the answer to the question asked last: findings come in the order
// of their slots, so that most ask the same as the one before.
type memo[T any] struct {
	known bool
	key   uint32
	value T
}

func (m *memo[T]) of(key uint32, find func() T) T {
	if !m.known || m.key != key {
		m.known, m.key, m.value = true, key, find()
	}
	return m.value
}

// resourceSource is what a resource says of whose telemetry it is.
type resourceSource struct {
	attrs  finding.Attrs
	before string // the service's version before this one
}

// recordSource is what a record's own fields say of it.
type recordSource struct {
	isFinding            bool
	file, function, span string
	line                 int
	level                string
}

// slotSource is what a slot says of what was found in it.
type slotSource struct{ field, template string }

func (s *sources) resource(slot int) { s.resources = append(s.resources, int32(slot)) }

// forget drops what was found and keeps what is known of the slots.
func (s *sources) forget() {
	clear(s.sighted)
	s.sighted = s.sighted[:0]
}

func (s *sources) reset() {
	s.forget()
	clear(s.events)
	clear(s.edits)
	*s = sources{resources: s.resources[:0], sighted: s.sighted, events: s.events[:0], edits: s.edits}
}

// sightRule notes what a rule found.
func (s *Session) sightRule(sl *slot, f finding.Finding, h *hit) {
	print := h.Rule >= 0 && sl.scope.Rule(h.Rule).Fingerprint
	s.sight(sl, f, h.Value, print)
}

// sightField notes a field that goes by its name: by its key where it is dropped,
// since it has one key, and a value, several or none. What the value is nobody
// knows, so it gets no fingerprint.
func (s *Session) sightField(sl *slot, f finding.Finding) {
	switch {
	case sl.verdict == policy.Drop && sl.Kind == field.Key:
		s.sight(sl, f, "", false)
	case sl.verdict == policy.MaskAll && !s.force.recogniser.Whole(sl.Text):
		s.sight(sl, f, sl.Text, false)
	}
}

func (s *Session) sight(sl *slot, f finding.Finding, value string, print bool) {
	if s.guard.sink == nil || f.Signal == field.Text || !s.guard.sink.Listening() {
		return
	}
	if f.Class == "" {
		f.Class = rule.Secret
	}
	s.sources.sighted = append(s.sources.sighted, sighted{sl.index, int32(len(value)), f, value, print && value != ""})
}

// publish hands on what was found in the batch. It can't fail the batch: where it
// does not succeed, the findings are counted as lost.
func (s *Session) publish() {
	n := len(s.sources.sighted)
	if n == 0 {
		return
	}
	defer func() {
		if recover() != nil {
			s.guard.sink.Lost(n)
		}
	}()
	if s.sources.edits == nil {
		s.sources.edits = make(map[uint32]int32, len(s.edits))
	}
	for i := range s.edits {
		s.sources.edits[s.edits[i].Ref] = int32(i)
	}
	for i := range s.sources.sighted {
		s.event(&s.sources.sighted[i])
	}
	s.guard.sink.Publish(s.sources.events)
}

func (s *Session) event(g *sighted) {
	sl := &s.slots[g.slot]
	from := s.resourceOf(g.slot)
	record := s.sources.record.of(sl.Record, func() recordSource { return s.recordSource(sl, from) })
	if record.isFinding {
		return
	}
	resource := s.sources.attrs.of(uint32(from), func() resourceSource { return s.resourceSource(from) })
	source := s.sources.context.of(uint32(g.slot), func() slotSource { return s.slotSource(sl) })
	e := finding.Event{
		Finding: g.finding,
		Origin: finding.Origin{
			Resource: resource.attrs, VersionBefore: resource.before,
			Scope:    s.sources.scope.of(sl.Scope, func() string { return s.scopeSource(sl) }),
			Field:    source.field,
			Template: source.template,
			File:     record.file, Line: record.line, Function: record.function,
			Span: record.span, Level: record.level,
		},
		Length: int(g.length),
	}
	if g.print {
		e.Fingerprint = s.force.prints.Of(g.value)
	}
	s.sources.events = append(s.sources.events, e)
}

// resourceOf is the first slot of the resource that a slot stands under.
func (s *Session) resourceOf(i int32) int32 {
	n, exact := slices.BinarySearch(s.sources.resources, i)
	if exact {
		return i
	}
	if n == 0 {
		return 0
	}
	return s.sources.resources[n-1]
}

// identifying are the resource attributes that say whose telemetry it is, in the
// names of the semantic conventions.
var identifying = map[string]bool{
	"service.name": true, "service.version": true, "service.namespace": true, "service.instance.id": true,
	"service.owner": true, "service.team": true, "team": true, "owner": true,
	"deployment.environment.name": true, "deployment.environment": true,
	"k8s.cluster.name": true, "k8s.namespace.name": true, "k8s.deployment.name": true, "k8s.statefulset.name": true,
	"k8s.daemonset.name": true, "k8s.pod.name": true, "k8s.container.name": true, "k8s.node.name": true,
	"host.name": true, "container.image.name": true, "faas.name": true,
	"telemetry.sdk.name": true, "telemetry.sdk.language": true, "telemetry.sdk.version": true,
}

func (s *Session) resourceSource(from int32) (r resourceSource) {
	var pairs [][2]string
	for i := int(from); i < len(s.slots) && resourceLevel(s.slots[i].Place.Part); i++ {
		sl := &s.slots[i]
		if sl.Kind == field.String && sl.Place.Part == field.ResourceAttribute && identifying[sl.Place.Path] {
			pairs = append(pairs, [2]string{strings.Clone(sl.Place.Path), s.show(sl)})
			if sl.Place.Path == "service.version" {
				r.before = s.force.show(s.guard.versions.before(sl.service, sl.Text))
			}
		}
	}
	r.attrs = finding.NewAttrs(pairs)
	return r
}

func resourceLevel(p field.Part) bool {
	return p == field.ResourceAttribute || p == field.SchemaURL || p == field.EntityRef
}

// scopeSource finds the name of the scope that a slot stands under, before it.
func (s *Session) scopeSource(sl *slot) string {
	if sl.Scope == 0 {
		return ""
	}
	for i := sl.index; i >= 0; i-- {
		if at := &s.slots[i]; at.Record == sl.Scope && at.Place.Part == field.ScopeName {
			return s.show(at)
		} else if at.Scope != sl.Scope {
			break
		}
	}
	return ""
}

// recordSource reads the other slots of a slot's record. A slot that several
// records share tells only whether those are findings.
func (s *Session) recordSource(sl *slot, resource int32) (r recordSource) {
	if shared(sl.Place.Part) {
		r.isFinding = s.sharedByFindings(sl)
		return r
	}
	i := sl.index
	for i > resource && s.slots[i-1].Record == sl.Record {
		i--
	}
	for ; int(i) < len(s.slots) && s.slots[i].Record == sl.Record; i++ {
		s.recordField(&r, &s.slots[i])
	}
	return r
}

func (s *Session) recordField(r *recordSource, at *slot) {
	switch at.Place.Part {
	case field.EventName:
		r.isFinding = r.isFinding || at.Text == finding.EventName
	case field.SpanName:
		r.span = s.show(at)
	case field.SeverityText:
		r.level = level(at.Text)
	case field.Attribute:
		if at.Kind == field.Key {
			return
		}
		switch at.Place.Path {
		case "code.file.path", "code.filepath":
			r.file = s.show(at)
		case "code.function.name", "code.function":
			r.function = s.show(at)
		case "code.line.number", "code.lineno":
			if n, err := strconv.ParseUint(s.after(at), 10, 31); err == nil {
				r.line = int(n)
			}
		}
	}
}

// sharedByFindings reports whether the first record that a resource's or scope's
// slot belongs to is a finding: those have resources of their own.
func (s *Session) sharedByFindings(sl *slot) bool {
	for i := int(sl.index) + 1; i < len(s.slots); i++ {
		at := &s.slots[i]
		if at.Place.Part == field.EventName {
			return at.Text == finding.EventName
		}
		if !shared(at.Place.Part) && at.Place.Part != field.SeverityText || resourceLevel(at.Place.Part) && !resourceLevel(sl.Place.Part) {
			return false
		}
	}
	return false
}

// level is a severity text as a finding bears it.
func level(text string) string {
	const longest = len("information")
	if len(text) > longest {
		return ""
	}
	switch strings.TrimRight(strings.ToLower(text), "1234") {
	case "trace", "verbose":
		return "trace"
	case "debug":
		return "debug"
	case "info", "information", "notice":
		return "info"
	case "warn", "warning":
		return "warn"
	case "error", "err":
		return "error"
	case "fatal", "critical", "panic", "emergency":
		return "fatal"
	}
	return ""
}

// slotSource says which field a slot is, and what its text has in common with
// others of its kind.
func (s *Session) slotSource(sl *slot) (c slotSource) {
	if sl.Place.Path != "" {
		c.field = s.force.show(sl.Place.Path)
	}
	if sl.Kind == field.String {
		c.template = s.template(sl)
	}
	return c
}

// maxTemplateText is how much of a text is examined for a template. It is far more
// than a template shows, so that what the cut leaves of a value does not stand in it.
const maxTemplateText = 64 << 10

// template is the skeleton of a slot's text as it leaves the gate, in shadow mode
// as it would leave it: all of what was found in the record is taken out.
func (s *Session) template(sl *slot) string {
	text := s.after(sl)
	for i := range s.sources.sighted {
		const short = 4 // shorter values are left to the rules: they stand in many words
		if g := &s.sources.sighted[i]; g.finding.Exposed && len(g.value) >= short && s.slots[g.slot].Record == sl.Record {
			text = strings.ReplaceAll(text, g.value, " * ")
		}
	}
	key := sl.Place.Key
	masked, ok := s.force.mask(text[:min(len(text), maxTemplateText)], key, sl.scope)
	if !ok {
		return ""
	}
	return finding.Skeleton(masked)
}

// after is a slot's text as it leaves the gate; empty where the field goes, or would
// if the policy were enforced.
func (s *Session) after(sl *slot) string {
	switch sl.verdict {
	case policy.Drop, policy.Remove, policy.MaskAll:
		return ""
	}
	if text, ok := s.containing.before[sl.Ref]; ok {
		return text
	}
	if i, ok := s.sources.edits[sl.Ref]; ok {
		if e := &s.edits[i]; e.Op == field.Replace {
			return e.Text
		}
		return ""
	}
	return sl.Text
}

// show is a slot's text in the form that findings bear.
func (s *Session) show(sl *slot) string { return s.force.show(s.after(sl)) }
