// Package field says where a value sits, and nothing else. It is the one thing
// the walkers and the gate both know: a walker hands over Slots, the gate
// answers with Edits.
package field

// Signal is the kind of telemetry a value belongs to.
type Signal uint8

// The signals. Text is what the command line reads: a line of no signal.
const (
	Text Signal = iota
	Logs
	Traces
	Metrics
)

// String is the signal's name as it stands in metrics and findings.
func (s Signal) String() string {
	return [...]string{"text", "logs", "traces", "metrics"}[s]
}

// Part is the kind of OTLP field a value stands in.
type Part uint8

// The parts. Every string and bytes field of OTLP belongs to exactly one; the
// canary test of pdatawalk fails on a field that belongs to none.
const (
	Line Part = iota // a line of text without structure around it
	Body
	Attribute // of the record itself: log record, span or data point
	ResourceAttribute
	ScopeAttribute
	ScopeName
	ScopeVersion
	SchemaURL
	EntityRef
	SeverityText
	EventName
	SpanName
	StatusMessage
	TraceState
	SpanEventName
	SpanEventAttribute
	LinkAttribute
	LinkTraceState
	MetricName
	MetricDescription
	MetricUnit
	MetricMetadata
	ExemplarAttribute
)

var partNames = [...]string{
	"line", "body", "attribute", "resource.attribute", "scope.attribute", "scope.name", "scope.version", "schema_url", "entity_ref",
	"severity_text", "event_name", "span.name", "status.message", "trace_state", "span_event.name", "span_event.attribute",
	"link.attribute", "link.trace_state", "metric.name", "metric.description", "metric.unit", "metric.metadata", "exemplar.attribute",
}

// String is the part's name as it stands in metrics and findings.
func (p Part) String() string { return partNames[p] }

// IsAttribute reports whether the part is a key-value collection, to which the
// policy's field lists (mask, drop, leave, only) apply by path.
func (p Part) IsAttribute() bool {
	switch p {
	case Attribute, ResourceAttribute, ScopeAttribute, SpanEventAttribute, LinkAttribute, MetricMetadata, ExemplarAttribute:
		return true
	}
	return false
}

// Place is where a value sits.
type Place struct {
	Signal Signal
	Part   Part
	// Key is the nearest enclosing attribute or map key, as written; array
	// elements inherit it. Empty where there is none.
	Key string
	// Path is every enclosing key from the outside in, joined by dots. It equals
	// Key at the top level of attributes.
	Path string
}

// Kind is the type of a value.
type Kind uint8

// The kinds of value a walker hands over. Booleans and nulls are never handed over.
const (
	String Kind = iota
	Bytes       // raw bytes, shown as they are
	Number      // an integer or double in its decimal form
	Key         // an attribute or map key
)

// Slot is one text of a batch with its place. Text and the strings of Place are
// only borrowed: they must stay unchanged until the session has resolved, and
// the gate keeps none of them afterwards.
type Slot struct {
	// Ref is the walker's own handle, unique within the batch, by which an Edit
	// names the slot.
	Ref uint32
	// Record is the walker's handle of what is dropped whole when a policy says
	// drop_record: a log record, span or data point, or for shared fields the
	// resource or scope they stand on.
	Record uint32
	Place  Place
	Kind   Kind
	// Scope is the Record of the instrumentation scope the slot stands in or under,
	// or 0: a scope's fields come after its resource's, and so never bear the first number.
	Scope uint32
	Text  string
}

// Op is what an Edit does.
type Op uint8

// The edits a gate may ask for. What no edit names stays as it is, byte for byte.
const (
	Replace   Op = iota // the value becomes Text (a number becomes a string, bytes stay bytes)
	DropField           // the field and, for a map entry or array element, its place in the collection go
	Tombstone           // the value could not be examined: it becomes the string Text, whatever its type or depth
	Zero                // the number becomes 0 and keeps its type
)

// Edit is one change a walker must make.
type Edit struct {
	Ref  uint32
	Op   Op
	Text string
	// Distinct says that different originals never lead to an equal Text, as with
	// a token or a sealed value and unlike a mask. Only metrics ask: an edit that
	// is not Distinct may make two series one, and gets a discriminator.
	Distinct bool
}

// Attr is one resource attribute as policies match it.
type Attr struct{ Key, Value string }

// Resource is what a policy's overrides are matched against.
type Resource struct {
	Signal Signal
	// Attrs are the resource's attributes whose value is a string, borrowed for the call.
	Attrs []Attr
}

// Get is the value of the attribute named key, or "".
func (r Resource) Get(key string) string {
	for _, a := range r.Attrs {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// Reason is why a value could not be examined. The set is closed: each is a
// legal tombstone.
type Reason uint8

// The reasons for a tombstone.
const (
	ReasonNone   Reason = iota
	ReasonDepth         // nested deeper than limits.max_depth
	ReasonBudget        // the matching budget was spent
	ReasonPanic         // examining it panicked
	ReasonSize          // larger than limits.max_value and not scannable in chunks
	ReasonConfig        // no usable policy is in force

	// NumReasons is the number of reasons, ReasonNone among them.
	NumReasons
)

var reasonNames = [...]string{"", "too deep", "budget spent", "internal error", "too large", "no policy"}

// String is the reason as it stands in a tombstone and in metrics.
func (r Reason) String() string { return reasonNames[r] }

// TombstoneText is what stands in place of a value that could not be examined.
func (r Reason) TombstoneText() string { return "[airtight: " + reasonNames[r] + "]" }

// Reasons lists every reason a tombstone may carry.
func Reasons() []Reason {
	return []Reason{ReasonDepth, ReasonBudget, ReasonPanic, ReasonSize, ReasonConfig}
}
