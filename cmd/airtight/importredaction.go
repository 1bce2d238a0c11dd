package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/rule"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// redactionConfig is the config of the redaction processor
// (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/redactionprocessor).
type redactionConfig struct {
	AllowAllKeys       bool           `koanf:"allow_all_keys"`
	AllowedKeys        []string       `koanf:"allowed_keys"`
	IgnoredKeys        []string       `koanf:"ignored_keys"`
	IgnoredKeyPatterns []string       `koanf:"ignored_key_patterns"`
	BlockedKeyPatterns []string       `koanf:"blocked_key_patterns"`
	BlockedValues      []string       `koanf:"blocked_values"`
	AllowedValues      []string       `koanf:"allowed_values"`
	RedactAllTypes     bool           `koanf:"redact_all_types"`
	HashFunction       string         `koanf:"hash_function"`
	HMACKey            string         `koanf:"hmac_key"`
	Summary            string         `koanf:"summary"`
	URLSanitizer       map[string]any `koanf:"url_sanitizer"`
	DBSanitizer        map[string]any `koanf:"db_sanitizer"`
}

// importRedaction translates a redaction processor's config.
func importRedaction(data []byte) (*imported, error) {
	doc, err := yamldoc.Parse("config", data)
	if err != nil {
		// The document's name is not the file's: the caller puts that before it.
		return nil, errors.New(strings.TrimPrefix(err.Error(), "config:"))
	}
	keys, err := redactionKeys(doc.Value)
	if err != nil {
		return nil, err
	}
	var out imported
	known := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		var alone redactionConfig
		one := map[string]any{key: keys[key]}
		if key == "url_sanitizer" || key == "db_sanitizer" {
			out.leave(key, "not translated; the telemetry pack reads URLs and database queries where the semantic conventions put them")
			continue
		}
		if faults := yamldoc.Decode(one, &alone); len(faults) > 0 {
			out.leave(faults[0].Path.String(), faults[0].Text)
			continue
		}
		known[key] = keys[key]
	}
	var c redactionConfig
	if faults := yamldoc.Decode(known, &c); len(faults) > 0 {
		return nil, fmt.Errorf("%s: %s", faults[0].Path, faults[0].Text)
	}
	out.redactionFields(&c)
	out.redactionRules(&c)
	if c.HashFunction != "" {
		out.leave("hash_function", "unkeyed hashes are undone by trying values; set actions to token with a keyring (airtight keys new makes one)")
	}
	if c.HMACKey != "" {
		out.leave("hmac_key", "keys stand in a keyring file of their own (airtight keys new makes one)")
	}
	if c.Summary != "" && c.Summary != "silent" {
		out.leave("summary", "no attribute is added to records; findings are counted in metrics")
	}
	return &out, nil
}

// redactionKeys are the processor's own keys in a document that is them, or a
// Collector's config with one such processor.
func redactionKeys(v any) (map[string]any, error) {
	root, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("is no map of keys; name the redaction processor's config or a Collector's")
	}
	processors, ok := root["processors"].(map[string]any)
	if !ok {
		if inner, ok := root["redaction"].(map[string]any); ok {
			return inner, nil
		}
		return root, nil
	}
	var ids []string
	for id := range processors {
		if id == "redaction" || strings.HasPrefix(id, "redaction/") {
			ids = append(ids, id)
		}
	}
	switch len(ids) {
	case 0:
		return nil, errors.New("processors: none is of type redaction; name a config that has one")
	case 1:
		keys, _ := processors[ids[0]].(map[string]any)
		return keys, nil
	}
	slices.Sort(ids)
	return nil, fmt.Errorf("processors: %s are several; put the one to import in a file of its own", strings.Join(ids, ", "))
}

func (i *imported) redactionFields(c *redactionConfig) {
	var f writtenFields
	f.Leave = c.IgnoredKeys
	if len(c.IgnoredKeys) > 0 {
		i.leave("ignored_keys", "as fields.leave, and still scanned for high-confidence secrets")
	}
	switch {
	case c.AllowAllKeys:
	case len(c.AllowedKeys) == 0:
		i.leave("allowed_keys", "an empty list removes every attribute; list the ones to keep under fields.only")
	default:
		f.Only = slices.Concat(c.AllowedKeys, c.IgnoredKeys)
	}
	for n := range c.IgnoredKeyPatterns {
		i.leave(fmt.Sprintf("ignored_key_patterns[%d]", n), "fields.leave takes exact paths; list them")
	}
	for n, expression := range c.BlockedKeyPatterns {
		where := fmt.Sprintf("blocked_key_patterns[%d]", n)
		words, exact := wordsOf(expression)
		if len(words) == 0 {
			i.leave(where, "fields.mask takes words of a key; list them")
			continue
		}
		f.Mask = append(f.Mask, words...)
		if !exact {
			i.leave(where, "fields.mask takes whole words of a key, not parts of one")
		}
	}
	if len(f.Leave)+len(f.Only)+len(f.Mask) > 0 {
		i.policy.Fields = &f
	}
}

var plainWords = regexp.MustCompile(`^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$`)

// wordsOf are the words that a simple expression on keys asks for: alternatives of
// plain words, each with .* around them or not. exact is false where it asks for
// parts of words too.
func wordsOf(expression string) (words []string, exact bool) {
	text := strings.TrimPrefix(expression, "(?i)")
	anchored := strings.HasPrefix(text, "^") && strings.HasSuffix(text, "$")
	text = strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
	for _, word := range strings.Split(text, "|") {
		open := strings.HasPrefix(word, ".*") || strings.HasSuffix(word, ".*")
		word = strings.TrimSuffix(strings.TrimPrefix(word, ".*"), ".*")
		word = strings.ReplaceAll(strings.Trim(word, "()"), `\.`, ".")
		if !plainWords.MatchString(word) {
			return nil, false
		}
		anchored = anchored && !open
		words = append(words, word)
	}
	return words, anchored
}

func (i *imported) redactionRules(c *redactionConfig) {
	var ignore []string
	for n, expression := range c.AllowedValues {
		where := fmt.Sprintf("allowed_values[%d]", n)
		if _, err := regexp.Compile(expression); err != nil {
			i.leave(where, "is not RE2")
			continue
		}
		ignore = append(ignore, anywhere(expression))
		i.leave(where, "as ignore_values, which look at the value a rule found and not at the whole attribute")
	}
	for n, expression := range c.BlockedValues {
		pattern, _ := valueGroup(expression, -1) // all groups without a number
		i.policy.Rules = append(i.policy.Rules, rule.Rule{
			ID: fmt.Sprintf("blocked-value-%d", n+1), Class: rule.Secret, Severity: "high", Confidence: "high",
			Description:  fmt.Sprintf("blocked value %d of the redaction processor", n+1),
			Pattern:      pattern,
			IgnoreValues: ignore,
		})
	}
}
