package rule

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads a rule file: a YAML list of rules. What is not a rule's key, a key
// given twice and a value of the wrong kind are errors that name file, line and
// column; all faults of a file come joined. No error quotes a value. Parse does
// not lint.
func Parse(file string, data []byte) ([]Rule, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, syntaxError(file, err)
	}
	if err := dec.Decode(new(yaml.Node)); err != io.EOF {
		return nil, fmt.Errorf("%s: more than one YAML document: keep a single list of rules in a file", file)
	}
	return ParseNode(file, doc.Content[0])
}

// ParseNode reads a list of rules from a node of a larger YAML document, as a
// policy is; see Parse.
func ParseNode(file string, list *yaml.Node) ([]Rule, error) {
	list = resolve(list)
	if list.Kind == yaml.ScalarNode && list.Tag == "!!null" {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, at(file, list, "expected a list of rules, each starting with \"- id:\"")
	}
	rules := make([]Rule, 0, len(list.Content))
	var faults []error
	for _, n := range list.Content {
		var r Rule
		faults = append(faults, decode(file, n, reflect.ValueOf(&r).Elem(), "rule")...)
		rules = append(rules, r)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return rules, nil
}

// decode fills v, made of structs, strings and lists of strings, from n.
func decode(file string, n *yaml.Node, v reflect.Value, what string) (faults []error) {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" && v.Kind() != reflect.Struct {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		if n.Kind != yaml.ScalarNode {
			return []error{at(file, n, "%s: expected one string", what)}
		}
		v.SetString(n.Value)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return []error{at(file, n, "%s: expected a list of strings", what)}
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			faults = append(faults, decode(file, item, v.Index(i), what)...)
		}
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			return []error{at(file, n, "%s: expected a mapping", what)}
		}
		fields := keysOf(v.Type())
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			field, known := fields[key.Value]
			switch {
			case !known:
				faults = append(faults, at(file, key, "%s: unknown key; known are %s", what, strings.Join(names(fields), ", ")))
			case seen[key.Value]:
				faults = append(faults, at(file, key, "%s: key %s given twice", what, key.Value))
			default:
				seen[key.Value] = true
				faults = append(faults, decode(file, n.Content[i+1], v.Field(field), key.Value)...)
			}
		}
	}
	return faults
}

// keysOf maps the YAML keys of a struct to its fields.
func keysOf(t reflect.Type) map[string]int {
	keys := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		keys[name] = i
	}
	return keys
}

func names(fields map[string]int) []string {
	out := make([]string, len(fields))
	for name, i := range fields {
		out[i] = name
	}
	return out
}

func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func at(file string, n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", file, n.Line, n.Column, fmt.Sprintf(format, args...))
}

// syntaxError keeps the line of a YAML error and drops the rest, which may quote
// the file.
func syntaxError(file string, err error) error {
	line := 0
	if _, tail, ok := strings.Cut(err.Error(), "line "); ok {
		_, _ = fmt.Sscanf(tail, "%d", &line)
	}
	if line > 0 {
		return fmt.Errorf("%s:%d: not valid YAML near this line: check quotes and indentation", file, line)
	}
	return fmt.Errorf("%s: not valid YAML: check quotes and indentation", file)
}

// Catalogue is the set of rules that airtight ships, or one written like it.
type Catalogue struct {
	// Version is year.month, as in 2026.12; it orders catalogues and a rule's Since.
	Version string
	// Rules are sorted by id; every Pack is filled in.
	Rules []Rule
}

// Packs lists the packs of the catalogue's rules, sorted.
func (c *Catalogue) Packs() []string {
	packs := make([]string, 0, 16)
	for _, r := range c.Rules {
		packs = append(packs, r.Pack)
	}
	slices.Sort(packs)
	return slices.Compact(packs)
}

// Rule returns the rule with the given id, or nil.
func (c *Catalogue) Rule(id string) *Rule {
	i, ok := slices.BinarySearchFunc(c.Rules, id, func(r Rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return &c.Rules[i]
}

// catalogueFile holds the catalogue's version.
const catalogueFile = "rules/catalogue.yaml"

// Load reads a catalogue: the version from rules/catalogue.yaml and the rules
// from every rules/<pack>/<name>.yaml. A rule belongs to the pack it names, else
// to that of its folder. Ids are unique over all files.
func Load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{}
	data, err := fs.ReadFile(fsys, catalogueFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", catalogueFile, err)
	}
	if c.Version, err = parseVersion(catalogueFile, data); err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "rules/*/*.yaml")
	if err != nil {
		return nil, err
	}
	home := map[string]string{}
	var faults []error
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
			continue
		}
		rules, err := Parse(file, data)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, r := range rules {
			if other, twice := home[r.ID]; twice {
				faults = append(faults, fmt.Errorf("%s: rule %s is already in %s: give one of them another id", file, r.ID, other))
				continue
			}
			home[r.ID] = file
			if r.Pack == "" {
				r.Pack = path.Base(path.Dir(file))
			}
			c.Rules = append(c.Rules, r)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(c.Rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return c, nil
}

func parseVersion(file string, data []byte) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return "", syntaxError(file, err)
	}
	var head struct {
		Version string `yaml:"version"`
	}
	if len(doc.Content) == 0 {
		return "", fmt.Errorf("%s: empty: write \"version: YYYY.MM\"", file)
	}
	if faults := decode(file, doc.Content[0], reflect.ValueOf(&head).Elem(), "catalogue"); len(faults) > 0 {
		return "", errors.Join(faults...)
	}
	if !versionForm.MatchString(head.Version) {
		return "", at(file, doc.Content[0], "version: expected YYYY.MM")
	}
	return head.Version, nil
}

// PackOf returns the pack that rules of class c belong to unless they say
// otherwise.
func PackOf(c Class) string {
	if c == Secret {
		return "secrets"
	}
	return string(c)
}
