// Package ledgerexporter keeps leaks in a ledger and serves it. It takes findings
// from whatever logs pipeline it stands in, leaves all other records to others, and
// never answers with an error: a ledger that is slow or full must not hold up
// telemetry that shares its pipeline.
package ledgerexporter

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
