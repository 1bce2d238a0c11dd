package quiet

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

type object struct{}

func (object) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("text", canary)
	enc.AddByteString("bytes", []byte(canary))
	enc.AddInt("n", 7)
	if err := enc.AddReflected("any", map[string]any{canary: []any{canary, 1, nil}}); err != nil {
		return err
	}
	enc.OpenNamespace("space")
	enc.AddString(canary, "x")
	return nil
}

type stringer struct{}

func (stringer) String() string { return "I am " + canary }

type panicking struct{}

func (panicking) String() string { panic(canary) }
func (panicking) Error() string  { panic(canary) }

type verbose struct{}

func (verbose) Error() string { return canary }
func (verbose) Format(s fmt.State, _ rune) {
	_, _ = s.Write([]byte("with its stack: " + canary))
}

type record struct {
	Name   string
	Nested []*record
	When   time.Time
}

// fields are one of everything zap can log that may hold a text.
var fields = []zap.Field{
	zap.String("string", canary),
	zap.String(canary, "key"),
	zap.Stringp("stringp", new(string(canary))),
	zap.ByteString("byteString", []byte(canary)),
	zap.Binary("binary", []byte(canary)),
	zap.Strings("strings", []string{"a", canary}),
	zap.ByteStrings("byteStrings", [][]byte{[]byte(canary)}),
	zap.Error(errors.New(canary)),
	zap.Error(verbose{}),
	zap.NamedError("named", fmt.Errorf("wrapped: %w", errors.New(canary))),
	zap.Errors("errors", []error{errors.New(canary), verbose{}}),
	zap.Stringer("stringer", stringer{}),
	zap.Stringers("stringers", []stringer{{}, {}}),
	zap.Stringer("panicking", panicking{}),
	zap.Error(panicking{}),
	zap.Object("object", object{}),
	zap.Objects("objects", []object{{}}),
	zap.Inline(object{}),
	zap.Dict("dict", zap.String("in", canary), zap.Dict("deeper", zap.Error(errors.New(canary)))),
	zap.Any("map", map[string]any{"a": map[string]string{canary: canary}}),
	zap.Any("slice", []any{canary, []string{canary}, 12345678901}),
	zap.Reflect("struct", record{Name: canary, Nested: []*record{{Name: canary}}}),
	zap.Reflect("channel", struct{ C chan string }{}),
	zap.Reflect("function", func() {}),
	zap.Namespace(canary),
	zap.String("inNamespace", canary),
	zap.Object("objectInNamespace", object{}),
}

func TestCoreScrubsEveryKindOfField(t *testing.T) {
	useCanary(t)
	for _, f := range fields {
		t.Run(fmt.Sprint(f.Type), func(t *testing.T) {
			for name, log := range map[string]func(*zap.Logger){
				"field":   func(l *zap.Logger) { l.Error("m", f) },
				"with":    func(l *zap.Logger) { l.With(f).Error("m") },
				"lazy":    func(l *zap.Logger) { l.WithLazy(f).Error("m") },
				"message": func(l *zap.Logger) { l.Named(canary).Sugar().Errorf("of %s", canary) },
				"sugar":   func(l *zap.Logger) { l.Sugar().Errorw("m", "key", f.Interface, canary, 1) },
			} {
				inner, logs := observer.New(zapcore.DebugLevel)
				log(zap.New(Core(inner)))
				if logs.Len() != 1 {
					t.Fatalf("%s: %d entries, want 1", name, logs.Len())
				}
				if strings.Contains(printed(t, logs.All()[0]), canary) {
					t.Errorf("%s: the canary came through", name)
				}
			}
		})
	}
}

// printed is an entry as zap's JSON encoder writes it; the console's writes fields alike.
func printed(t *testing.T, e observer.LoggedEntry) string {
	t.Helper()
	buf, err := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()).EncodeEntry(e.Entry, e.Context)
	if err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestCoreLeavesTheRest(t *testing.T) {
	useCanary(t)
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	given := []zap.Field{
		zap.Bool("bool", true), zap.Int("int", -3), zap.Uint64("uint64", 1<<60), zap.Float64("float", 0.5), zap.Duration("d", time.Second),
		zap.Time("t", at), zap.Complex128("c", 1), zap.String("s", "plain"), zap.Ints("ints", []int{1, 2}), zap.Skip(),
		zap.Namespace("ns"), zap.Any("m", map[string]any{"a": []any{1.5, "b", nil}}),
	}
	inner, logs := observer.New(zapcore.DebugLevel)
	plain, want := observer.New(zapcore.DebugLevel)
	for _, l := range []*zap.Logger{zap.New(Core(inner)), zap.New(plain)} {
		l.Named("name").With(given[0]).Info("message", given...)
	}
	got, expected := logs.All()[0], want.All()[0]
	got.Time, expected.Time = at, at
	if printed(t, got) != printed(t, expected) {
		t.Errorf("got  %s\nwant %s", printed(t, got), printed(t, expected))
	}
}

func TestCoreKeepsLevelAndSampling(t *testing.T) {
	useCanary(t)
	inner, logs := observer.New(zapcore.WarnLevel)
	sampled := zapcore.NewSamplerWithOptions(inner, time.Hour, 2, 0)
	logger := zap.New(Core(sampled))
	if logger.Level() != zapcore.WarnLevel {
		t.Errorf("level %v, want warn", logger.Level())
	}
	logger.Info("below the level")
	for range 5 {
		logger.Warn("again " + canary)
	}
	if logs.Len() != 2 {
		t.Errorf("%d entries, want the 2 that sampling lets through", logs.Len())
	}
}

func TestNumberThatIsAFindingBecomesText(t *testing.T) {
	t.Cleanup(Add(Func(func(s string) string { return strings.ReplaceAll(s, "4111111111111111", "[redacted]") })))
	for _, f := range []zap.Field{
		zap.Int64("k", 4111111111111111), zap.Uint64("k", 4111111111111111), zap.Float64("k", 4111111111111111),
		zap.Any("k", map[string]any{"n": 4111111111111111}), zap.Int64s("k", []int64{4111111111111111}),
	} {
		inner, logs := observer.New(zapcore.DebugLevel)
		zap.New(Core(inner)).Info("m", f)
		if out := printed(t, logs.All()[0]); strings.Contains(out, "4111111111111111") || !strings.Contains(out, "[redacted]") {
			t.Errorf("%v: the number came through", f.Type)
		}
	}
}
