// Package telemetry is a telemetry factory for Collectors built with ocb: the
// stock one, with the airtight gate outside it. What the Collector itself logs,
// traces and measures passes the built-in policy and that of every airtight
// processor that runs.
//
//	telemetry:
//	  gomod: github.com/airtight-telemetry/airtight v0.1.0
//	  import: github.com/airtight-telemetry/airtight/processor/airtightprocessor/telemetry
//
// The logger of last resort, which speaks when a config can't be loaded, is made
// by ocb's own main function and stays outside.
package telemetry

import (
	"log"
	"os"
	"sync"

	"go.opentelemetry.io/collector/service/telemetry"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"

	"github.com/airtight-telemetry/airtight/internal/quiet"
	"github.com/airtight-telemetry/airtight/internal/quiettelemetry"
)

// once guards what belongs to the process and not to a factory.
var once sync.Once

// NewFactory is the factory. Making one also makes the process quiet: the standard
// logger and gRPC's are scrubbed, a crash prints no stack and leaves no core file.
func NewFactory() telemetry.Factory {
	once.Do(func() {
		quiet.Use(quiet.BuiltIn())
		if err := quiet.Process(os.Stderr); err != nil {
			log.Print(err)
		}
	})
	return quiettelemetry.Wrap(otelconftelemetry.NewFactory())
}
