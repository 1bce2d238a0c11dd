// Command bench holds airtight against its peers, in one run and interleaved, so
// that a machine whose speed drifts drifts for all of them. It prints CPU time and
// ratios: trust the ratios. It is a module of its own, so that the peers stay out
// of airtight's go.mod.
//
//	go run -C internal/bench . [-rounds 7] [-records 2000]
package main
