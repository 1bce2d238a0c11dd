package yamldoc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Scalar is a type that reads itself from a scalar. The error's text becomes the
// fault's, so it must not quote the value.
type Scalar interface{ FromScalar(v any) error }

// Decode fills into, a pointer to a struct with koanf tags, from v: maps, lists
// and scalars as a YAML parser gives them. It is strict: an unknown key and a
// value of the wrong type are faults, and what it says never holds a value. A
// null counts as not given. into is only to be used when no fault came back.
func Decode(v any, into any) []Fault {
	var d decoder
	d.decode(nil, v, reflect.ValueOf(into).Elem())
	return d.faults
}

type decoder struct{ faults []Fault }

func (d *decoder) fault(p Path, format string, args ...any) {
	d.faults = append(d.faults, Fault{p, fmt.Sprintf(format, args...)})
}

func (d *decoder) decode(p Path, v any, into reflect.Value) {
	if v == nil {
		return
	}
	if s, ok := into.Addr().Interface().(Scalar); ok {
		if err := s.FromScalar(v); err != nil {
			d.fault(p, "%s", err)
		}
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		d.decode(p, v, fresh.Elem())
		into.Set(fresh)
	case reflect.Struct:
		d.structure(p, v, into)
	case reflect.Map:
		m, ok := v.(map[string]any)
		if !ok {
			d.fault(p, "expected a map, found %s", kind(v))
			return
		}
		if into.IsNil() {
			into.Set(reflect.MakeMapWithSize(into.Type(), len(m)))
		}
		for _, key := range sorted(m) {
			item := reflect.New(into.Type().Elem()).Elem()
			if m[key] == nil {
				d.fault(p.Then(key), "has no value: give one or take the key out")
				continue
			}
			d.decode(p.Then(key), m[key], item)
			into.SetMapIndex(reflect.ValueOf(key), item)
		}
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			d.fault(p, "expected a list, found %s", kind(v))
			return
		}
		out := reflect.MakeSlice(into.Type(), len(list), len(list))
		for i, item := range list {
			if item == nil {
				d.fault(p.Then(i), "is an empty item: give it a value or take it out")
				continue
			}
			d.decode(p.Then(i), item, out.Index(i))
		}
		into.Set(out)
	case reflect.String:
		s, ok := v.(string)
		if !ok {
			cure := ""
			if k := kind(v); k != "a list" && k != "a map" {
				cure = ": put it in quotes"
			}
			d.fault(p, "expected text, found %s%s", kind(v), cure)
			return
		}
		into.SetString(s)
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			d.fault(p, "expected true or false, found %s", kind(v))
			return
		}
		into.SetBool(b)
	case reflect.Int:
		n, ok := v.(int)
		if !ok {
			d.fault(p, "expected a whole number, found %s", kind(v))
			return
		}
		into.SetInt(int64(n))
	default:
		d.fault(p, "cannot be set from a file")
	}
}

func (d *decoder) structure(p Path, v any, into reflect.Value) {
	m, ok := v.(map[string]any)
	if !ok {
		d.fault(p, "expected a map, found %s", kind(v))
		return
	}
	t := into.Type()
	fields := map[string]int{}
	var known []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("koanf"); name != "" && t.Field(i).IsExported() {
			fields[name] = i
			known = append(known, name)
		}
	}
	for _, key := range sorted(m) {
		i, ok := fields[key]
		if !ok {
			d.fault(p.Then(key), "unknown key; known here are %s", strings.Join(known, ", "))
			continue
		}
		d.decode(p.Then(key), m[key], into.Field(i))
	}
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// kind names the type of a value as a person would.
func kind(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int, int64, uint64, float64:
		return "a number"
	case time.Time:
		return "a date"
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	}
	return "something else"
}
