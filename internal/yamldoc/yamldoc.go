// Package yamldoc reads the YAML files people write, and says where they are
// wrong without ever quoting what stands there: a fault names the file, line,
// column and key.
package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// maxNodes bounds what aliases may blow a document up to.
	maxNodes = 100_000
	maxDepth = 64
)

// Path is a way into a document: a string for the key of a map, an int for the
// index in a list.
type Path []any

// Then is the path one step further in. The receiver is not changed.
func (p Path) Then(steps ...any) Path { return append(p[:len(p):len(p)], steps...) }

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_./@-]{1,128}$`)

// String writes the path as people do: rules[2].pattern.
func (p Path) String() string {
	var b strings.Builder
	for i, step := range p {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			if plainKey.MatchString(step) {
				b.WriteString(step)
			} else {
				b.WriteString(strconv.Quote(step))
			}
		}
	}
	return b.String()
}

// id is the path in a form that can't be mistaken for another's.
func (p Path) id() string {
	var b strings.Builder
	for _, step := range p {
		fmt.Fprintf(&b, "%T\x00%v\x00", step, step)
	}
	return b.String()
}

// Fault is one thing that is wrong. Text holds no value of the document.
type Fault struct {
	Path Path
	Text string
}

// Doc is a document whose keys remember where they stand.
type Doc struct {
	// Name is the file's name as errors give it.
	Name string
	// Value is the document as maps, lists and scalars; nil where it is empty. It
	// is shared, not copied.
	Value any

	where map[string]mark
}

type mark struct{ line, column int }

// Parse reads one YAML document. It refuses a second document, a key given
// twice, keys that aren't text, merge keys, and aliases that blow the document up.
func Parse(name string, data []byte) (*Doc, error) {
	d := &Doc{Name: name, where: map[string]mark{}}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		return d, nil
	case err != nil:
		return nil, d.syntaxError(data, err)
	}
	if err := dec.Decode(new(yaml.Node)); err == nil {
		return nil, fmt.Errorf("%s: holds more than one YAML document: keep one", name)
	} else if !errors.Is(err, io.EOF) {
		return nil, d.syntaxError(data, err)
	}
	r := reader{doc: d}
	v, err := r.value(nil, root.Content[0], 0)
	if err != nil {
		return nil, err
	}
	d.Value = v
	return d, nil
}

// At is where a path stands, as file:line:column. For a path the document does
// not hold it is the nearest enclosing one that it does.
func (d *Doc) At(p Path) string {
	for n := len(p); n >= 0; n-- {
		if m, ok := d.where[p[:n].id()]; ok {
			return fmt.Sprintf("%s:%d:%d", d.Name, m.line, m.column)
		}
	}
	return d.Name + ":1:1"
}

// Has reports whether the document holds the path.
func (d *Doc) Has(p Path) bool {
	_, ok := d.where[p.id()]
	return ok
}

type reader struct {
	doc   *Doc
	nodes int
}

func (r *reader) value(p Path, n *yaml.Node, depth int) (any, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, r.fault(n, "the document is too large or nested too deep: write it out without aliases")
	}
	if _, ok := r.doc.where[p.id()]; !ok {
		r.doc.where[p.id()] = mark{n.Line, n.Column}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(p, n.Alias, depth+1)
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch {
			case key.Kind != yaml.ScalarNode:
				return nil, r.fault(key, "a key must be plain text")
			case key.Tag == "!!merge":
				return nil, r.fault(key, "merge keys (<<) are not supported: write the keys out")
			}
			at := p.Then(key.Value)
			if _, twice := m[key.Value]; twice {
				return nil, r.fault(key, "key "+at.String()+" is given twice: keep one")
			}
			r.doc.where[at.id()] = mark{key.Line, key.Column}
			v, err := r.value(at, n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			m[key.Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			v, err := r.value(p.Then(i), item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	default:
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, r.fault(n, "the value does not fit its YAML tag")
		}
		return v, nil
	}
}

func (r *reader) fault(n *yaml.Node, text string) error {
	return fmt.Errorf("%s:%d:%d: %s", r.doc.Name, n.Line, n.Column, text)
}

var (
	lineNumber    = regexp.MustCompile(`line (\d+)`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// syntaxError keeps the line of a YAML error and drops the rest, which may quote
// the file. The parser tells no column, and no line where that is the first.
func (d *Doc) syntaxError(data []byte, err error) error {
	if m := unknownAnchor.FindStringSubmatch(err.Error()); m != nil {
		before := data[:max(0, bytes.Index(data, []byte("*"+m[1])))]
		line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
		return fmt.Errorf("%s:%d:%d: refers to an anchor that is not there: put a text that begins with * in quotes", d.Name, line, column)
	}
	line := "1"
	if m := lineNumber.FindStringSubmatch(err.Error()); m != nil {
		line = m[1]
	}
	return fmt.Errorf("%s:%s:1: not valid YAML at or just before this line: check indentation, colons and quotes", d.Name, line)
}
