package linewalk

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
)

func readAll(t *testing.T, in io.Reader) (batches []Batch) {
	t.Helper()
	r := NewReader(in)
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return batches
		}
		if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, b)
	}
}

func TestReader(t *testing.T) {
	long := strings.Repeat("x", 3*batchSize)
	for _, text := range []string{"", "\n", "a", "a\n", "a\nb", "a\r\n\r\nb\r\n", long, long + "\n", "a\n" + long + "\nb\n" + long, strings.Repeat("line\n", 50000)} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text))} {
			var b strings.Builder
			line := 1
			for _, batch := range readAll(t, in) {
				if batch.First != line {
					t.Errorf("%s, %d bytes: batch starts at line %d, want %d", name, len(text), batch.First, line)
				}
				line += strings.Count(batch.Text, "\n")
				b.WriteString(batch.Text)
			}
			if b.String() != text {
				t.Errorf("%s: %d bytes come out as %d", name, len(text), b.Len())
			}
		}
	}
}

// TestReaderNeverWaits: a line is there as soon as it is written.
func TestReaderNeverWaits(t *testing.T) {
	in, out := io.Pipe()
	r := NewReader(in)
	for _, line := range []string{"one\n", "two\n"} {
		go func() { _, _ = out.Write([]byte(line)) }()
		b, err := r.Next()
		if err != nil || b.Text != line {
			t.Fatalf("%q, %v", b.Text, err)
		}
	}
	go func() { _, _ = out.Write([]byte("three\nfo")); _, _ = out.Write([]byte("ur")); _ = out.Close() }()
	for _, want := range []string{"three\n", "four"} {
		if b, err := r.Next(); err != nil || b.Text != want {
			t.Fatalf("%q, %v", b.Text, err)
		}
	}
}

func TestOversize(t *testing.T) {
	for _, end := range []string{"", "\n", "\nnext\n"} {
		in := io.MultiReader(strings.NewReader("{first\n{"), io.LimitReader(zeros{}, MaxLine+batchSize), strings.NewReader(end))
		batches := readAll(t, in)
		if len(batches) < 2 || !batches[1].Oversize || batches[1].First != 2 || len(batches[1].Text) > 2*shownOfOversize {
			t.Fatalf("%d batches", len(batches))
		}
		w := New(Options{}, func() Session { return &nothing{} })
		if got, want := string(w.Append(nil, batches[1])), `"[airtight: too large]"`+end[:min(1, len(end))]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		w = New(Options{DropUnread: true}, nil)
		if got := w.Append(nil, batches[1]); len(got) > 0 {
			t.Errorf("%q, want nothing", got)
		}
		if end == "\nnext\n" && (len(batches) != 3 || batches[2].Text != "next\n" || batches[2].First != 3) {
			t.Errorf("what follows is lost")
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func zstded(b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return w.EncodeAll(b, nil)
}

func framed(messages ...[]byte) (out []byte) {
	for _, m := range messages {
		out = binary.BigEndian.AppendUint32(out, uint32(len(m)))
		out = append(out, m...)
	}
	return out
}

func TestOpen(t *testing.T) {
	text := []byte("a line\nand é another\n")
	message := append([]byte{0x0a, 0x03}, "abc"...)
	for _, c := range []struct {
		name string
		in   []byte
		kind Content
		want []byte // nil where the content is not looked at
	}{
		{"empty", nil, Lines, []byte{}},
		{"text", text, Lines, text},
		{"gzip", gzipped(text), Lines, text},
		{"zstd", zstded(text), Lines, text},
		{"zstd in gzip", gzipped(zstded(text)), Lines, text},
		{"truncated log", append(make([]byte, 100), text...), Lines, append(make([]byte, 100), text...)},
		{"colours", []byte("\x1b[31mred\x1b[0m\n"), Lines, nil},
		{"UTF-16", []byte{0xff, 0xfe, 'h', 0, 'i', 0}, Lines, []byte("hi")},
		{"Latin-1", []byte("caf\xe9 au lait, si'l vous plait\n"), Lines, nil},
		{"binary", bytes.Repeat([]byte{0, 1, 2, 200}, 100), Binary, nil},
		{"zeros", make([]byte, 10000), Binary, nil},
		{"frames", framed(message, message), Framed, nil},
		{"frames of zstd", framed(zstded(message)), Framed, nil},
		{"frames in gzip", gzipped(framed(message)), Framed, nil},
	} {
		r, kind, err := Open(bytes.NewReader(c.in))
		if err != nil || kind != c.kind {
			t.Errorf("%s: content %d, %v, want %d", c.name, kind, err, c.kind)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || c.want != nil && !bytes.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if _, _, err := Open(bytes.NewReader([]byte{0x1f, 0x8b, 0, 0})); err == nil {
		t.Error("a damaged gzip header is no error")
	}
}

func TestFrames(t *testing.T) {
	a, b := []byte("first"), bytes.Repeat([]byte("second "), 1000)
	whole := framed(a, zstded(b))
	r := NewFrameReader(bytes.NewReader(whole))
	for _, want := range [][]byte{a, b} {
		if got, err := r.Next(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	for n := 1; n < len(whole); n++ {
		r := NewFrameReader(bytes.NewReader(whole[:n]))
		err := error(nil)
		for err == nil {
			_, err = r.Next()
		}
		if n != len(framed(a)) && !errors.Is(err, ErrFrame) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if _, err := NewFrameReader(bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff, 0})).Next(); !errors.Is(err, ErrFrame) {
		t.Error("a length of 4 GiB is believed")
	}
}
