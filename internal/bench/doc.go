// Command bench holds airtight against its peers and against the targets of its engine,
// in one run and interleaved, so that a machine whose speed drifts drifts for all of
// them. It prints CPU time and ratios: trust the ratios. docs/performance.md says what
// the tables mean. It is a module of its own, so that the peers stay out of airtight's
// go.mod.
//
//	internal/bench/run                              everything, with Hyperscan where it can be had
//	internal/bench/run -only pipelines -rounds 5    one part
//	internal/bench/run -markdown ../../docs/performance.md
package main
