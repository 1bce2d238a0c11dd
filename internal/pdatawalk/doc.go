// Package pdatawalk brings every text of OTLP logs, traces and metrics before a
// gate and makes the changes the gate asks for. It knows where text is and
// nothing about secrets.
//
// A walk has two phases. Collect hands every string, bytes value, number and
// key to the gate, with its place. Edit applies the answer. Nothing is changed
// in between, but for two repairs that the first phase makes at once, so that
// the gate sees what will be sent: invalid UTF-8 becomes U+FFFD, and a value
// nested too deep becomes a tombstone.
//
// # What is visited
//
// Every field of type string or bytes of every message reachable from
// ExportLogsServiceRequest, ExportTraceServiceRequest and
// ExportMetricsServiceRequest, attribute keys included, plus integers and
// doubles inside values. The exceptions are the fixed-length ids (trace_id,
// span_id, parent_span_id), which pdata refuses in any other length. Booleans,
// empty values and empty strings hold nothing to examine; the key above them is
// still handed over. TestCanary holds this list against the OTLP descriptors.
//
// pdata also carries, out of its callers' reach, what comes in the reserved field
// 1000 of a resource, where old senders put scopes. It is moved to where scopes
// stand today and walked with them.
//
// Profiles are not walked: the processor is registered for logs, traces and
// metrics only, so a profiles pipeline that names it does not start.
//
// # Places
//
// The place of a value names the entry it stands in: Key is the nearest
// attribute or map key, Path all of them joined by dots. Elements of an array
// inherit both. The place of a key is that of its own entry, so Key equals Text
// and a policy that removes fields by path can answer DropField for the key and
// thereby remove the entry whatever its value is, a boolean included. Of what stands
// above a key a path holds 256 bytes, cut and marked with "…" beyond: such a path
// equals the path of no policy, and still ends in its key.
//
// # What edits do
//
//   - Replace puts the text in. A number becomes a string, a bytes value stays
//     bytes (what stands around a masked span need not be valid UTF-8), an array
//     or a map stays what it is, since only leaves are edited.
//   - Tombstone makes the value a string whatever its type was.
//   - DropField takes out a map entry or an array element, empties a body and
//     sets any other field to "".
//   - A key that is replaced keeps its position. Keys stay unique: a replaced key
//     that equals another of its map gets #2, #3 and so on. Keys that were
//     duplicates before and that no edit names stay.
//   - The keys an entity reference lists follow the resource attributes they
//     name.
//   - A trace state stays valid: list members that an edit made invalid go.
//   - Any edit of a metric's name or unit drops the metric, since two metrics
//     must not become one.
//   - Metric series stay distinct, see below.
//
// # Metric series
//
// The identity of a series is its resource, its scope, its metric and the
// attributes of the data point. A mask makes different values equal, and so
// would let two series run into one. Whenever an edit is not known to be
// one-to-one (field.Edit.Distinct), the edited attribute set gets a
// discriminator: a hash of the set as it was, under a key that is drawn at
// random once per process and never leaves it. It stands behind the mask,
// [redacted:email]#k3f9a2c7qd, or, where the set has no bracketed mask at its
// top level (a dropped or zeroed attribute, REDACTED in a URL, an array), in the
// attribute airtight.series. It is added to a lone series too: whether another
// one collides is not known from one batch, and an identity that changed from
// batch to batch would be a counter reset each time. Exemplars, metadata and
// descriptions are not part of the identity and carry none.
//
// # Failure
//
// A panic anywhere in the walk, the gate's included, ends in scrub: every text
// of the batch is removed or becomes a tombstone, ids, times and severity
// numbers stay, metrics go. Stats.Panicked says so. Should even that fail, which
// means the data is read-only or corrupt, the panic goes on to the caller: there
// is no road on which unexamined data is returned as examined.
package pdatawalk
