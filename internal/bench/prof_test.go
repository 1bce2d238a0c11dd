package main

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/processor/airtightprocessor"
)

func BenchmarkAirtight(b *testing.B) {
	for _, leaky := range []int{0, 10} {
		b.Run(map[int]string{0: "clean", 10: "leaky10"}[leaky], func(b *testing.B) {
			p, err := start(airtightprocessor.NewFactory(), nil, &sink{})
			if err != nil {
				b.Fatal(err)
			}
			in, _ := new(plog.ProtoMarshaler).MarshalLogs(logs(1000, leaky, 1))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cpu(p, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
