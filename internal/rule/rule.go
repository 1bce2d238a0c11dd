// Package rule holds rules as they are written: data, with the lint that keeps
// them honest. What a rule finds is detect's business.
package rule

// Class is the kind of thing a rule finds.
type Class string

// The classes.
const (
	Secret   Class = "secret"
	Payment  Class = "payment"
	Identity Class = "identity"
	Contact  Class = "contact"
	Network  Class = "network"
	Person   Class = "person"
	Health   Class = "health"
	Location Class = "location"
)

// Classes lists every class.
func Classes() []Class {
	return []Class{Secret, Payment, Identity, Contact, Network, Person, Health, Location}
}

// Confidence is how sure a finding is.
type Confidence uint8

// The confidences, in order.
const (
	Low Confidence = iota + 1
	Medium
	High
)

// Rule is one rule as it stands in a rule file or a policy.
type Rule struct {
	// ID is kebab-case and the same word everywhere: key in the rule file, anchor
	// in the docs, value of the rule attribute.
	ID string `yaml:"id" koanf:"id"`
	// Class decides the default action and the pack a rule belongs to.
	Class Class `yaml:"class" koanf:"class"`
	// Pack is the pack that switches the rule on; by default the one of its class.
	Pack string `yaml:"pack,omitempty" koanf:"pack"`
	// Description is a noun phrase: what is found.
	Description string `yaml:"description,omitempty" koanf:"description"`
	// Severity is low, medium, high or critical: what a leak of it costs.
	Severity string `yaml:"severity,omitempty" koanf:"severity"`
	// Confidence is the base confidence (low, medium or high; default medium for
	// rules with a literal and for key rules, low otherwise).
	Confidence string `yaml:"confidence,omitempty" koanf:"confidence"`
	// Pattern is RE2 syntax. Only the group named value is masked, where there is
	// one. It may be empty for a rule with Keys: then the whole value counts.
	Pattern string `yaml:"pattern,omitempty" koanf:"pattern"`
	// Keys makes this a key rule: it looks only at values whose context key ends
	// in one of these word sequences ("api key" matches api_key, apiKey and
	// x-api-key, not api_key_id). The pattern must then match the whole value.
	// Of "db query parameter *" it is the beginning of the key that must match.
	Keys []string `yaml:"keys,omitempty" koanf:"keys"`
	// Literals makes a key rule read its value as a query, sql or graphql: each
	// literal in it is a match of its own and is masked by a placeholder. Such a
	// rule has no pattern. sql also reads what other databases write.
	Literals string `yaml:"literals,omitempty" koanf:"literals"`
	// Keywords are mandatory if given: one must stand as a whole word, in any
	// case, within 40 bytes before the match or in its context key.
	Keywords []string `yaml:"keywords,omitempty" koanf:"keywords"`
	// Context raises the confidence by one when one of these words stands near or
	// in the context key. It never decides alone.
	Context []string `yaml:"context,omitempty" koanf:"context"`
	// Validators must all hold for the value. See package validate for the names.
	Validators []string `yaml:"validators,omitempty" koanf:"validators"`
	// IgnoreValues exempts values: each a literal or a /regular expression/ that
	// must match the whole value.
	IgnoreValues []string `yaml:"ignore_values,omitempty" koanf:"ignore_values"`
	// Examples prove the rule.
	Examples Examples `yaml:"examples,omitempty" koanf:"examples"`
	// Doc is where the format is published.
	Doc string `yaml:"doc,omitempty" koanf:"doc"`
	// Revoke is where the owner revokes such a value.
	Revoke string `yaml:"revoke,omitempty" koanf:"revoke"`
	// Since is the catalogue version that brought the rule.
	Since string `yaml:"since,omitempty" koanf:"since"`
	// Mode is enforce or shadow for this rule alone; empty inherits.
	Mode string `yaml:"mode,omitempty" koanf:"mode"`
}

// Examples are texts a rule must and must not find something in. In a match
// example «…» marks the value that must be masked, whole and alone; without
// marks any finding by the rule counts. A KEY context is written as
// "key=value" or JSON in the text itself.
type Examples struct {
	Match  []string `yaml:"match,omitempty" koanf:"match"`
	Ignore []string `yaml:"ignore,omitempty" koanf:"ignore"`
}
