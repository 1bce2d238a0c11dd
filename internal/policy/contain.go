package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Contain says when a source of telemetry is contained: masked whole, but for its
// skeletons and what is structure, for a time. A source is a service.name with its
// service.namespace, or else its k8s.namespace.name.
type Contain struct {
	// Over is the number of findings that a source may make within Within; one more
	// contains it. 0 is off. Findings in shadow mode count too.
	Over *int `koanf:"over"`
	// Within is the window in which findings are counted, and For is how long the
	// source is contained.
	Within Duration `koanf:"within"`
	For    Duration `koanf:"for"`
	// Classes are those whose findings count; none named, all do.
	Classes []string `koanf:"classes"`
	// Orders is follow or ignore: what is done about containments that are ordered in
	// the process, by the ledger's incidents or by a responder.
	Orders string `koanf:"orders"`
}

// The bounds of a containment by policy. MaxContainFor is also how long an order may last.
const (
	maxContainOver   = 1_000_000
	minContainTime   = time.Second
	maxContainWithin = time.Hour
	MaxContainFor    = 24 * time.Hour
)

const (
	ordersFollow = "follow"
	ordersIgnore = "ignore"
)

func defaultContain() Contain {
	return Contain{Over: new(0), Within: Duration(time.Minute), For: Duration(15 * time.Minute), Orders: ordersFollow}
}

// under is what c becomes under an override, key by key.
func (c Contain) under(o Contain) Contain {
	if o.Over != nil {
		c.Over = o.Over
	}
	if o.Within != 0 {
		c.Within = o.Within
	}
	if o.For != 0 {
		c.For = o.For
	}
	if o.Classes != nil {
		c.Classes = o.Classes
	}
	if o.Orders != "" {
		c.Orders = o.Orders
	}
	return c
}

// Containing is Contain as it holds in a scope.
type Containing struct {
	// Over is 0 where findings contain no source.
	Over        int
	Within, For time.Duration
	// Orders reports whether a source is contained because that was ordered.
	Orders bool

	classes []string
}

// Counts reports whether a finding of a class counts.
func (c *Containing) Counts(class rule.Class) bool {
	return c.Over > 0 && (len(c.classes) == 0 || slices.Contains(c.classes, string(class)))
}

func (c Contain) compiled() Containing {
	return Containing{Over: *c.Over, Within: time.Duration(c.Within), For: time.Duration(c.For), Orders: c.Orders != ordersIgnore, classes: c.Classes}
}

// Contain says when a source in this scope is contained.
func (s *Scope) Contain() *Containing { return &s.contain }

// contain checks a contain key; in an override what is not given is the policy's.
func (c *checker) contain(k Contain, override bool, at ...any) {
	fault := func(text, key string, more ...any) { c.fault(text, slices.Concat(at, []any{key}, more)...) }
	if k.Over != nil && (*k.Over < 0 || *k.Over > maxContainOver) {
		fault(fmt.Sprintf("must be between 0, which is off, and %d", maxContainOver), "over")
	}
	within := func(d Duration, least, most time.Duration, key string) {
		if override && d == 0 {
			return
		}
		if time.Duration(d) < least || time.Duration(d) > most {
			fault(fmt.Sprintf("must be between %s and %s", Duration(least), Duration(most)), key)
		}
	}
	within(k.Within, minContainTime, maxContainWithin, "within")
	within(k.For, minContainTime, MaxContainFor, "for")
	for i, name := range k.Classes {
		if !c.isClass(name) {
			fault(fmt.Sprintf("must be one of %v", rule.Classes()), "classes", i)
		}
	}
	if !override || k.Orders != "" {
		c.oneOf(k.Orders, []string{ordersFollow, ordersIgnore}, append(slices.Clone(at), "orders")...)
	}
}

// Duration is a time span, written as 15m, 90s or 1h30m.
type Duration time.Duration

// FromScalar implements yamldoc.Scalar.
func (d *Duration) FromScalar(v any) error {
	if s, ok := v.(string); ok {
		// Zero stands for a duration that is not given.
		if span, err := time.ParseDuration(s); err == nil && span > 0 {
			*d = Duration(span)
			return nil
		}
	}
	return errors.New("expected a time span such as 15m, 90s or 1h30m")
}

// String is the duration without the units it has none of: 1h, not 1h0m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(s) - len(zero); n >= 0 && s[n:] == zero {
			s = s[:n+1]
		}
	}
	return s
}
