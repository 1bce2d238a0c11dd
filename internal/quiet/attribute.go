package quiet

import (
	"strconv"

	"go.opentelemetry.io/otel/attribute"
)

// attributes gives a list of attributes back clean, and whether anything changed.
// The list given is never written to: its owner may use it again.
func attributes(kvs []attribute.KeyValue) (out []attribute.KeyValue, changed bool) {
	for i, kv := range kvs {
		clean, diff := keyValue(kv)
		if diff && !changed {
			changed = true
			out = append(make([]attribute.KeyValue, 0, len(kvs)), kvs[:i]...)
		}
		if changed {
			out = append(out, clean)
		}
	}
	if !changed {
		return kvs, false
	}
	return out, true
}

func keyValue(kv attribute.KeyValue) (out attribute.KeyValue, changed bool) {
	key := Text(string(kv.Key))
	value, diff := attributeValue(kv.Value)
	return attribute.KeyValue{Key: attribute.Key(key), Value: value}, diff || key != string(kv.Key)
}

func attributeValue(v attribute.Value) (out attribute.Value, changed bool) {
	switch v.Type() {
	case attribute.INVALID, attribute.BOOL, attribute.BOOLSLICE:
		return v, false
	case attribute.STRING:
		text := Text(v.AsString())
		return attribute.StringValue(text), text != v.AsString()
	case attribute.STRINGSLICE:
		list := v.AsStringSlice() // a copy
		for i, s := range list {
			list[i] = Text(s)
			changed = changed || list[i] != s
		}
		return attribute.StringSliceValue(list), changed
	case attribute.INT64:
		if n := v.AsInt64(); n > -plainNumber && n < plainNumber {
			return v, false
		}
	case attribute.FLOAT64:
		// Emit prints a large number with an exponent, in which no digits would be seen.
		text := strconv.FormatFloat(v.AsFloat64(), 'f', -1, 64)
		if clean := Text(text); clean != text {
			return attribute.StringValue(clean), true
		}
		return v, false
	}
	// A number or a list of them, and whatever type comes next: judged by its
	// printed form, which takes its place if it can't stay.
	text := v.String()
	if clean := Text(text); clean != text {
		return attribute.StringValue(clean), true
	}
	return v, false
}
