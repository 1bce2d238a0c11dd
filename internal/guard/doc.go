// Package guard is the gate: every text, whatever road it came by, passes one
// function, Session.Resolve. A walker collects the texts of a batch with Add, the
// session examines them all at once, and the walker applies the edits.
//
// # Invariants
//
// They are numbered here once and cited elsewhere by number.
//
//  1. No text leaves unexamined. Every string and bytes field of every OTLP
//     message, keys included, is visited; identifiers of fixed length are the
//     listed exemptions.
//  2. What is not masked is not changed, byte for byte. Invalid UTF-8 in a string
//     field becomes U+FFFD and is counted: the one exception.
//  3. redact(redact(x)) == redact(x), whatever the action, for one policy and
//     keyring. A forged mask hides nothing.
//  4. Any error, panic, spent budget or over-deep value ends in a tombstone,
//     counted by reason.
//  5. Time is linear in the text for every rule set, hostile input included, and
//     memory is bounded.
//  6. Nothing found is ever written anywhere: not in logs, errors, metrics or
//     traces, and not in a panic.
//  7. Everything accepted can be sent on: Unmarshal(Marshal(x)) succeeds after the
//     gate; keys are unique, metric series stay distinct, trace state is valid.
//  8. JSON in, JSON out: a masked JSON text is still JSON.
//  9. Two roads, one meaning: what a walker over decoded telemetry and one over
//     raw bytes make of the same message is the same. (There is one road today.)
//
// A record has four ends and no fifth: clean, masked, tombstoned, or refused so
// that the sender retries. A failure to examine is never an error to the sender: a
// plain error makes it retry a poison record for ever, a permanent one makes it
// throw good neighbours away. And it is never a pass.
package guard
