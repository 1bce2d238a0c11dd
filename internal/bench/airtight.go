package main

import (
	"context"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// The names of airtight's own contenders.
const (
	airtightScan     = "airtight"
	airtightDefault  = "airtight, default packs"
	airtightPortable = "airtight, portable"
	airtightGate     = "airtight, gate"
	airtightPublic   = "airtight, gitleaks' rules"
)

// batch is how many lines one call gets, as a Collector's batches have them.
const batch = 512

// everyPack switches the whole catalogue on.
var everyPack = []string{"secrets", "payment", "identity", "contact", "telemetry", "network", "person", "health", "genai", "location"}

// compiled is the default policy with other packs, or with its own for nil.
func compiled(packs []string) (*policy.Compiled, error) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		return nil, err
	}
	p := policy.Default()
	if packs != nil {
		p.Packs = packs
	}
	return policy.Compile(p, catalogue, time.Now())
}

// texts are lines as the engine takes them.
func texts(lines []string, want detect.Set) []detect.Text {
	out := make([]detect.Text, len(lines))
	for i, line := range lines {
		out[i] = detect.Text{Text: line, Want: want, MaxDepth: 32, MaxDecode: 3}
	}
	return out
}

// scanning is the engine alone: spans, validated, and nothing rewritten.
func scanning(name string, e *detect.Engine, want detect.Set, rules int) contender {
	var found []detect.Match
	return local(name, rules, func(lines []string) func() int {
		in := texts(lines, want)
		return func() (leaky int) {
			for len(in) > 0 {
				n := min(batch, len(in))
				found = e.Scan(found[:0], in[:n])
				leaky += textsIn(found)
				in = in[n:]
			}
			return leaky
		}
	})
}

// textsIn is in how many texts something was found.
func textsIn(found []detect.Match) (n int) {
	last := -1
	for i := range found {
		if found[i].Text != last {
			last = found[i].Text
			n++
		}
	}
	return n
}

// gating is the whole gate: policy, engine, actions, findings and the texts rewritten.
func gating(name string, g *guard.Guard, rules int) contender {
	return local(name, rules, func(lines []string) func() int {
		return func() (leaky int) {
			for from := 0; from < len(lines); from += batch {
				leaky += throughGate(g, lines[from:min(len(lines), from+batch)])
			}
			return leaky
		}
	})
}

func throughGate(g *guard.Guard, lines []string) int {
	s := g.Session(context.Background())
	defer s.Close()
	for i, line := range lines {
		s.Add(field.Slot{Ref: uint32(i), Record: uint32(i), Place: field.Place{Signal: field.Logs, Part: field.Body}, Text: line})
	}
	edits, _ := s.Resolve()
	return len(edits)
}
