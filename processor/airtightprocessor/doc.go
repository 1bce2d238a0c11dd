// Package airtightprocessor masks secrets and personal data in logs, traces and
// metrics. It is an adapter: what is done to the data, and why, is decided in
// the packages behind it.
package airtightprocessor

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
