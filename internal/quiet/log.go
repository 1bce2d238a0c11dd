package quiet

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Core is a zap core that scrubs what it hands on: message, logger name, field
// keys and values, errors, stringers, nested objects and arrays, whatever stands
// inside a namespace. Levels, times and callers stay as they are.
//
// It must stand outside every other core. The Collector tees its OTLP log
// exporter outside the cores that zap options reach.
func Core(inner zapcore.Core) zapcore.Core { return core{inner} }

type core struct{ inner zapcore.Core }

func (c core) Enabled(level zapcore.Level) bool { return c.inner.Enabled(level) }

// Level lets zap.Logger.Level see the level of the core inside.
func (c core) Level() zapcore.Level { return zapcore.LevelOf(c.inner) }

func (c core) With(fields []zapcore.Field) zapcore.Core {
	return core{c.inner.With(scrubFields(fields))}
}

// Check puts the core itself on the list instead of letting the inner one add
// its parts, which would be handed the entry as it was.
func (c core) Check(entry zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.inner.Enabled(entry.Level) {
		return ce
	}
	return ce.AddCore(entry, c)
}

func (c core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	entry.Message = Text(entry.Message)
	entry.LoggerName = Text(entry.LoggerName)
	// The inner core samples and tees when asked, so it is asked here.
	if ce := c.inner.Check(entry, nil); ce != nil {
		ce.Write(scrubFields(fields)...)
	}
	return nil
}

func (c core) Sync() error { return c.inner.Sync() }

func scrubFields(fields []zapcore.Field) []zapcore.Field {
	if len(fields) == 0 {
		return fields
	}
	out := make([]zapcore.Field, 0, len(fields))
	for _, f := range fields {
		out = append(out, scrubField(f)...)
	}
	return out
}

// scrubField gives a field back clean. A value that reads itself only when it is
// written (an error, a stringer, an object) is read here.
func scrubField(f zapcore.Field) (out []zapcore.Field) {
	key := Text(f.Key)
	defer func() {
		if recover() != nil {
			out = []zapcore.Field{zap.String(key, withheld)}
		}
	}()
	one := func(f zapcore.Field) []zapcore.Field { return []zapcore.Field{f} }
	switch f.Type {
	case zapcore.SkipType, zapcore.BoolType, zapcore.DurationType, zapcore.TimeType, zapcore.TimeFullType,
		zapcore.Complex64Type, zapcore.Complex128Type, zapcore.NamespaceType:
		f.Key = key
		return one(f)
	case zapcore.StringType:
		return one(zap.String(key, Text(f.String)))
	case zapcore.ErrorType:
		return one(zap.String(key, Text(f.Interface.(error).Error())))
	case zapcore.StringerType:
		return one(zap.String(key, Text(f.Interface.(fmt.Stringer).String())))
	case zapcore.InlineMarshalerType:
		if isScope(f) && isClean(f) {
			return one(f)
		}
		return scrubMap(encode(f))
	}
	// What is left is a number, bytes, an object, an array or anything at all:
	// encoded alone, it is one entry of a map.
	for _, v := range encode(f) {
		return one(scrubAny(key, v))
	}
	return nil
}

// scopePackage is where the Collector makes the field by which it names the
// component that logs.
const scopePackage = "go.opentelemetry.io/collector/service/internal/componentattribute"

// isScope reports whether a field is the Collector's own naming of a component,
// by which its OTLP log exporter sets the scope and which it knows by Go type: a
// scrubbed copy would be a field like any other.
func isScope(f zapcore.Field) bool {
	return strings.HasPrefix(fmt.Sprintf("%T", f.Interface), "componentattribute.") && packageOf(f.Interface) == scopePackage
}

// isClean reports whether scrubbing would leave an inline field's texts as they are.
func isClean(f zapcore.Field) bool {
	for k, v := range encode(f) {
		s, ok := v.(string)
		if !ok || Text(s) != s || Text(k) != k {
			return false
		}
	}
	return true
}

func encode(f zapcore.Field) map[string]any {
	enc := zapcore.NewMapObjectEncoder()
	f.AddTo(enc)
	return enc.Fields
}

func scrubMap(m map[string]any) []zapcore.Field {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	fields := make([]zapcore.Field, 0, len(m))
	for _, k := range keys {
		fields = append(fields, scrubAny(Text(k), m[k]))
	}
	return fields
}

// largest magnitude of a number that is too short to be anything but a number.
const plainNumber = 1e7

// scrubAny is a field of whatever an encoder or a JSON decoder makes of a value.
func scrubAny(key string, v any) zapcore.Field {
	number := func(magnitude float64, text string) zapcore.Field {
		if math.Abs(magnitude) >= plainNumber && Text(text) != text {
			return zap.String(key, Text(text))
		}
		return zap.Any(key, v)
	}
	switch v := v.(type) {
	case nil, bool, time.Duration, time.Time:
		return zap.Any(key, v)
	case string:
		return zap.String(key, Text(v))
	case []byte:
		if text := string(v); Text(text) != text {
			return zap.String(key, Text(text))
		}
		return zap.Binary(key, v)
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr:
		text := fmt.Sprint(v)
		magnitude, _ := strconv.ParseFloat(text, 64)
		return number(magnitude, text)
	case float64:
		return number(v, strconv.FormatFloat(v, 'f', -1, 64))
	case float32:
		return number(float64(v), strconv.FormatFloat(float64(v), 'f', -1, 32))
	case json.Number:
		magnitude, err := v.Float64()
		if err != nil {
			return zap.String(key, Text(v.String()))
		}
		return number(magnitude, v.String())
	case map[string]any:
		fields := scrubMap(v)
		return zap.Dict(key, fields...)
	case []any:
		return zap.Array(key, array(v))
	case error:
		return zap.String(key, Text(v.Error()))
	case fmt.Stringer:
		return zap.String(key, Text(v.String()))
	}
	return scrubAny(key, generic(v))
}

// array is a list whose elements are scrubbed as they are written.
type array []any

func (a array) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	for _, v := range a {
		clean := zapcore.NewMapObjectEncoder()
		scrubAny("", v).AddTo(clean)
		if err := enc.AppendReflected(clean.Fields[""]); err != nil {
			return err
		}
	}
	return nil
}

// generic reads an arbitrary value as zap's JSON encoder would, so that each of
// its texts can be scrubbed. What is not JSON becomes its printed form.
func generic(v any) any {
	if text, err := json.Marshal(v); err == nil {
		var out any
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.UseNumber()
		if dec.Decode(&out) == nil {
			return out
		}
	}
	return fmt.Sprintf("%+v", v)
}
