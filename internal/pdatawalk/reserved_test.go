package pdatawalk_test

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/airtight-telemetry/airtight/internal/pdatawalk"
)

// each calls f for each field of a message that has length-delimited fields only.
func each(b []byte, f func(num protowire.Number, content []byte)) {
	for len(b) > 0 {
		num, _, n := protowire.ConsumeTag(b)
		content, m := protowire.ConsumeBytes(b[n:])
		f(num, content)
		b = b[n+m:]
	}
}

// moveScopes renumbers the scopes of every resource to the reserved number.
func moveScopes(request []byte) (out []byte) {
	each(request, func(num protowire.Number, content []byte) {
		var resource []byte
		each(content, func(num protowire.Number, content []byte) {
			if num == 2 {
				num = 1000
			}
			resource = protowire.AppendTag(resource, num, protowire.BytesType)
			resource = protowire.AppendBytes(resource, content)
		})
		out = protowire.AppendTag(out, num, protowire.BytesType)
		out = protowire.AppendBytes(out, resource)
	})
	return out
}

// pdata keeps what comes in the reserved field out of sight and sends it on. The
// walk must see it all the same.
func TestReservedScopes(t *testing.T) {
	for _, c := range signalCases {
		t.Run(c.name, func(t *testing.T) {
			all := c.root.ProtoReflect().New()
			for _, p := range textPaths(c.root.ProtoReflect().Descriptor()) {
				if _, isID := exempt[p.leaf().FullName()]; !isID && !strings.HasSuffix(p.String(), "metrics.name") && !strings.HasSuffix(p.String(), "metrics.unit") {
					plant(all, p, "canary", true)
				}
			}
			current := must(proto.Marshal(all.Interface()))
			old := moveScopes(current)

			want, err := c.walk(newCanaryGate(noBlind), current)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.walk(newCanaryGate(noBlind), old)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("scopes of the reserved field are not walked like others")
			}

			// Beside scopes in their place the old ones go, as in the receivers.
			got, err = c.walk(newCanaryGate(noBlind), addReserved(current, old))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("scopes of the reserved field are still there")
			}

			if got, err = c.walk(panicGate{}, old); err != nil || bytes.Contains(got, []byte("canary")) {
				t.Errorf("text survived a panic: %v", err)
			}
		})
	}
}

// addReserved gives a resource that has scopes the reserved ones of old besides.
func addReserved(request, old []byte) (out []byte) {
	var resources [][]byte
	target := 0
	each(request, func(_ protowire.Number, content []byte) {
		each(content, func(num protowire.Number, _ []byte) {
			if num == 2 {
				target = len(resources)
			}
		})
		resources = append(resources, content)
	})
	each(old, func(_ protowire.Number, content []byte) {
		each(content, func(num protowire.Number, content []byte) {
			if num == 1000 {
				to := &resources[target]
				*to = protowire.AppendTag(bytes.Clone(*to), num, protowire.BytesType)
				*to = protowire.AppendBytes(*to, content)
			}
		})
	})
	for _, r := range resources {
		out = protowire.AppendTag(out, 1, protowire.BytesType)
		out = protowire.AppendBytes(out, r)
	}
	return out
}

// A record that is not to be had without a tombstone can be had not at all.
func TestDropTooDeep(t *testing.T) {
	ld, lr := oneLog()
	nest(lr.Body(), 60, false)
	sl := ld.ResourceLogs().At(0).ScopeLogs().At(0)
	sl.LogRecords().AppendEmpty().Body().SetStr("neighbour")
	stats := pdatawalk.Logs(&funcGate{}, ld, pdatawalk.Limits{DropTooDeep: true})
	if stats.Dropped != 1 || stats.Clean != 1 || sl.LogRecords().Len() != 1 || sl.LogRecords().At(0).Body().Str() != "neighbour" {
		t.Errorf("%+v", stats)
	}
}
