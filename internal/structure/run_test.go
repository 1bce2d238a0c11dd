package structure

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/span"
)

const sentence = "user=joe@example.org said? password=tröstlich~9 >>"

func packed(t *testing.T, w io.WriteCloser, b *bytes.Buffer, text string) string {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	var b bytes.Buffer
	return packed(t, gzip.NewWriter(&b), &b, text)
}

func zlibbed(t *testing.T, text string) string {
	var b bytes.Buffer
	return packed(t, zlib.NewWriter(&b), &b, text)
}

// wrap breaks s into lines of width bytes.
func wrap(s string, width int, sep string) string {
	var lines []string
	for len(s) > width {
		lines = append(lines, s[:width])
		s = s[width:]
	}
	return strings.Join(append(lines, s), sep)
}

// colons are the bytes of b in hexadecimal digits with colons between them.
func colons(b []byte) string {
	pairs := make([]string, len(b))
	for i, c := range b {
		pairs[i] = hex.EncodeToString([]byte{c})
	}
	return strings.Join(pairs, ":")
}

func TestRuns(t *testing.T) {
	std, raw, url := base64.StdEncoding.EncodeToString, base64.RawStdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
	text := []byte(sentence)
	long := []byte(strings.Repeat(sentence+"\n", 5))
	for name, c := range map[string]struct {
		text  string
		run   string // what must go
		holds string // what it writes holds
	}{
		"standard":            {"body " + std(text) + " end", std(text), sentence},
		"after an equals":     {"data=" + std(text) + ";x", std(text), sentence},
		"without padding":     {"(" + raw(text[:49]) + ")", raw(text[:49]), sentence[:49]},
		"for URLs":            {"?d=" + url(text) + "&e=1", url(text), sentence},
		"in a path":           {"/users/" + url(text[:21]) + "/profile", url(text[:21]) + "/profile", sentence[:21]},
		"after a hyphen":      {"id-" + url(text), url(text), sentence},
		"cut off":             {"x " + raw(text)[:41], raw(text)[:41], sentence[:30]},
		"lines":               {"k: " + wrap(std(long), 76, "\n") + "\nnext: 1", wrap(std(long), 76, "\n"), string(long)},
		"lines, CRLF":         {wrap(std(long), 64, "\r\n") + "\r\n", wrap(std(long), 64, "\r\n"), string(long)},
		"lines, indented":     {"k: |\n  " + wrap(std(long), 60, "\n  "), wrap(std(long), 60, "\n  "), string(long)},
		"lines, written out":  {`"` + wrap(std(long), 76, `\n`) + `"`, wrap(std(long), 76, `\n`), string(long)},
		"hexadecimal":         {"body " + hex.EncodeToString(text) + ",", hex.EncodeToString(text), sentence},
		"hexadecimal capital": {strings.ToUpper(hex.EncodeToString(text)), strings.ToUpper(hex.EncodeToString(text)), sentence},
		"hexadecimal, colons": {"x " + colons(text) + " y", colons(text), sentence},
		"base32":              {"x " + base32.StdEncoding.EncodeToString(text) + " y", base32.StdEncoding.EncodeToString(text), sentence},
		"a short number":      {"id " + std([]byte("417730912")) + " x", std([]byte("417730912")), "417730912"},
		"hexadecimal, 0x":     {"=0x" + hex.EncodeToString(text), "0x" + hex.EncodeToString(text), sentence},
		"bytea":               {`'\x` + hex.EncodeToString(text) + "'", "x" + hex.EncodeToString(text), sentence},
		"gzip":                {"z " + std([]byte(gzipped(t, sentence))), std([]byte(gzipped(t, sentence))), sentence},
		"gzip, hexadecimal":   {hex.EncodeToString([]byte(gzipped(t, sentence))), hex.EncodeToString([]byte(gzipped(t, sentence))), sentence},
		"zlib":                {"z " + url([]byte(zlibbed(t, sentence))), url([]byte(zlibbed(t, sentence))), sentence},
	} {
		runs := Runs(nil, c.text, 1<<20)
		if len(runs) != 1 || runs[0].Span.In(c.text) != c.run || !strings.HasPrefix(runs[0].Text, c.holds) {
			t.Errorf("%s: got %d runs", name, len(runs))
			continue
		}
		view := Opaque(runs[0].Text, runs[0].Span)
		in := runs[0].Span
		in.Start, in.End = 3, 5
		if view.Source(in) != runs[0].Span {
			t.Errorf("%s: a part has another source than the run", name)
		}
	}
}

// TestNoRuns: what ordinary text is full of is no run.
func TestNoRuns(t *testing.T) {
	for _, text := range []string{
		"commit 5f2d9c4be1a07f38d6b2c49e0a1f7d83c5e6b902", "sha512-" + strings.Repeat("pX9zE4", 14) + "Qw==", "/usr/lib/x86_64-linux-gnu/libc.so.6",
		"550e8400-e29b-41d4-a716-446655440000", "getConfigurationSourceFromEnvironment", "blk_-1608999687919862906", strings.Repeat("A", 200),
		strings.Repeat("0", 64), strings.Repeat("=", 64), "20260302101112000000000000000000",
	} {
		if runs := Runs(nil, text, 1<<20); len(runs) > 0 {
			t.Errorf("%q: a run", text)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	buf, wrong := make([]byte, 32), 0
	for range 20000 {
		for i := range buf {
			buf[i] = byte(r.Uint32())
		}
		wrong += len(Runs(nil, hex.EncodeToString(buf), 0)) + len(Runs(nil, base64.StdEncoding.EncodeToString(buf), 0))
	}
	if wrong > 10 {
		t.Errorf("%d runs in 40,000 random values", wrong)
	}
}

// TestRunsAreBounded: a bomb gives no more than is allowed, and says so.
func TestRunsAreBounded(t *testing.T) {
	bomb := base64.StdEncoding.EncodeToString([]byte(gzipped(t, strings.Repeat("all work and no play ", 1<<20))))
	for _, room := range []int{0, 1 << 10, 1 << 20, 1 << 30} {
		total := 0
		for _, r := range Runs(nil, bomb+" "+bomb, room) {
			total += len(r.Text)
			if !r.Cut {
				t.Errorf("room %d: not cut", room)
			}
		}
		if total > room || total > 2*maxInflated || total > 2*maxInflate*len(bomb) {
			t.Errorf("room %d: %d bytes", room, total)
		}
	}
}

// TestRunsFind: whatever text is written, it is read.
func TestRunsFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~]{18,60}`).Draw(t, "text")
		var run string
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			run = base64.StdEncoding.EncodeToString([]byte(text))
		case 1:
			run = base64.RawURLEncoding.EncodeToString([]byte(text))
		case 2:
			run = hex.EncodeToString([]byte(text))
		case 3:
			run = base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(text))))
			text = base64.StdEncoding.EncodeToString([]byte(text))
		}
		before := rapid.SampledFrom([]string{"", "x ", "a=", "\n", "é"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", " x", "\"", "\nx y", "é"}).Draw(t, "after")
		runs := Runs(nil, before+run+after, 0)
		if len(runs) == 0 || runs[0].Text != text || runs[0].Span.Start != len(before) || runs[0].Span.End != len(before)+len(run) {
			t.Fatalf("%d runs", len(runs))
		}
	})
}

// TestRunsAreLinear: a text in which each few bytes may begin a run, of a kind whose
// beginning reads far ahead, is read once. Read again from each it would take hours.
func TestRunsAreLinear(t *testing.T) {
	for _, unit := range []string{"H4sI/", "H4sIAAAAAAAA/", "eJwA/", "1f8b08ff-", "QUJDREVGR0hJ/", "616263646566-", "QUJDREVGR0hJSktMQUJDREVGR0hJSktMQUJDREVGR0hJSktM\n", "0x", "-/+_", "ABCDEFGHIJKLMNOPQRSTUVWX/", "61:", "MTI4ODE3NzgyMQ/"} {
		start := time.Now()
		Runs(nil, strings.Repeat(unit, 4<<20/len(unit)), 1<<20)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q: %v", unit, took)
		}
	}
}

// FuzzRuns: whatever stands there, runs lie in the text in order, are as long as a
// run is, and write no more than they can.
func FuzzRuns(f *testing.F) {
	for _, s := range []string{sentence, "H4sIAAAAAAAA/", "QUJDREVGR0hJSktMTU5P\nUFFSU1RVVldYWVo=", "0x6162636465666768696a6b6c"} {
		f.Add(s)
		f.Add(base64.StdEncoding.EncodeToString([]byte(s)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, r := range Runs(nil, text, 1<<16) {
			if r.Span.Start < last || r.Span.End > len(text) || r.Span.Len() < shortRun {
				t.Fatalf("a run at %v", r.Span)
			}
			if r.Inflated == 0 && len(r.Text) > r.Span.Len() || r.Inflated > 1<<16 || textLen([]byte(r.Text)) != len(r.Text) {
				t.Fatal("a run writes what it can't")
			}
			last = r.Span.Start
		}
		for _, c := range []Coding{Entities, QuotedPrintable} {
			v := Decode(text, span.Span{End: len(text)}, c)
			for i := range v.Text {
				if at := v.Source(span.Span{Start: i, End: i + 1}); at.Empty() || at.End > len(text) {
					t.Fatalf("byte %d comes from %v", i, at)
				}
			}
		}
		if v, changed := Normalise(text); changed {
			if IsASCII(text) {
				t.Fatal("ASCII is changed")
			}
			if _, again := Normalise(v.Text); again {
				t.Fatal("not all is normalised")
			}
		}
	})
}
