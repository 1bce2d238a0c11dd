package guard

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/secret"
)

// Guard is the gate: one policy in force, any number of sessions. It is safe for
// concurrent use.
type Guard struct {
	force    atomic.Pointer[force]
	observer finding.Observer
	// idle are sessions for the next batches. They hold a memory that is dear to build,
	// so the garbage collector must not clear them as it does a sync.Pool.
	idle        chan *Session
	sink        finding.Sink // nil: nobody wants findings one by one
	versions    versions
	containment *containment // nil: the gate contains nothing
}

// force is a policy in force with all that follows from it. It is
// immutable but for its memory of service names.
type force struct {
	policy     *policy.Compiled
	engine     *detect.Engine
	tokens     *action.Tokenizer
	recogniser *action.Recogniser
	services   services
	prints     *finding.Fingerprinter
	shown      shown
	showing    detect.Set
}

// New compiles the policy's rules, tests them against their own examples and
// returns the gate. A nil policy gives a gate that puts a tombstone in place of
// every text, for a process that must run although it has no usable policy.
func New(p *policy.Compiled, o finding.Observer) (*Guard, error) {
	g := &Guard{observer: o, idle: make(chan *Session, runtime.GOMAXPROCS(0)+1)}
	if p == nil {
		return g, nil
	}
	return g, g.Swap(p)
}

// Swap puts another policy in force. Batches under way end under the policy they
// began with. On an error the policy in force stays.
func (g *Guard) Swap(p *policy.Compiled) error {
	f, err := newForce(p)
	if err != nil {
		return err
	}
	g.force.Store(f)
	g.containment.under(p)
	return nil
}

// Policy is the policy in force, or nil.
func (g *Guard) Policy() *policy.Compiled {
	if f := g.force.Load(); f != nil {
		return f.policy
	}
	return nil
}

// Session starts a batch under the policy in force. Close must be called.
func (g *Guard) Session(context.Context) *Session {
	var s *Session
	select {
	case s = <-g.idle:
	default:
		s = &Session{guard: g, memory: newCleanSlots()}
	}
	s.force = g.force.Load()
	s.now = time.Now()
	s.memory.under(s.force)
	return s
}

func newForce(p *policy.Compiled) (*force, error) {
	engine, err := detect.Compile(p.Rules)
	if err != nil {
		return nil, err
	}
	f := &force{policy: p, engine: engine, prints: fingerprinter(p.Ring), showing: showing(p)}
	ids := make([]string, len(p.Rules))
	for i := range p.Rules {
		ids[i] = p.Rules[i].ID
	}
	keyIDs := p.TrustedKeyIDs
	if p.Ring != nil {
		for _, k := range p.Ring.Keys() {
			keyIDs = append(keyIDs[:len(keyIDs):len(keyIDs)], k.ID)
		}
		current := p.Ring.Current()
		f.tokens = action.NewTokenizer(current.ID, func(c rule.Class) secret.Bytes {
			return keyring.Derive(current, "token/v1/"+string(c))
		})
	}
	f.recogniser = action.NewRecogniser(ids, keyIDs)
	defer engine.Trim()
	return f, f.selfTest()
}

// selfTest lets every rule find its own first example: a policy whose rules don't
// do what they say is not put in force.
func (f *force) selfTest() error {
	unmark := strings.NewReplacer("«", "", "»", "")
	var faults []error
	for i := range f.policy.Rules {
		r := &f.policy.Rules[i]
		if len(r.Examples.Match) == 0 {
			continue
		}
		want := detect.NewSet(len(f.policy.Rules))
		want.Add(i)
		text := detect.Text{Text: unmark.Replace(r.Examples.Match[0]), Want: want, MaxDepth: f.policy.Limits.MaxDepth, MaxDecode: f.policy.Limits.MaxDecode}
		if len(f.engine.Scan(nil, []detect.Text{text})) == 0 {
			faults = append(faults, fmt.Errorf("rule %s: does not find its own first match example; correct the pattern or the example", r.ID))
		}
	}
	return errors.Join(faults...)
}
