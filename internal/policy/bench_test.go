package policy

import (
	"testing"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// BenchmarkPlace is the cost the policy adds to one text.
func BenchmarkPlace(b *testing.B) {
	for name, text := range map[string]string{"default": "", "lists": "fields: {mask: [password, api key], drop: ['http.request.header.*'], leave: [app.release_hash]}"} {
		s := mustCompile(b, text).For(field.Resource{})
		for what, p := range map[string]field.Place{"plain": attr("http.route"), "listed": attr("db.password")} {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_ = s.Place(p, field.String)
				}
			})
		}
	}
}
