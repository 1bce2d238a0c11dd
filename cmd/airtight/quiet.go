package main

import (
	"io"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/quiet"
)

var builtInPolicy sync.Once

// quieten puts the built-in policy in force for everything the process itself
// says, before a config is read. What the system won't grant is not worth a
// refusal to start, nor a line in front of a pipe's output.
func quieten(stderr io.Writer) {
	builtInPolicy.Do(func() { quiet.Use(quiet.BuiltIn()) })
	_ = quiet.Process(stderr)
}
