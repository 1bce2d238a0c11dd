// Package configs holds the data that airtight ships: rules, and what is built
// from them.
package configs

import (
	"embed"
	"io/fs"
)

//go:generate go run ../cmd/airtight rules docs --out ../docs/rules

//go:embed all:rules
var rules embed.FS

// Rules returns the catalogue's files, for rule.Load.
func Rules() fs.FS { return rules }
