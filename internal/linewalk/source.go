package linewalk

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Content is what a source holds.
type Content uint8

// The contents. Framed is what the Collector's file exporter writes as protobuf or
// compresses message by message: each behind its length, four bytes big-endian.
const (
	Lines Content = iota
	Framed
	Binary
)

const (
	sniffed = 8 << 10
	// maxWindow bounds what a zstd frame may make its reader hold; it is the most
	// that RFC 8878 recommends decoders to support, eightfold.
	maxWindow = 64 << 20
	// maxLayers is how often a compressed source may be compressed again.
	maxLayers = 3
)

var (
	gzipMagic = []byte{0x1f, 0x8b}             // RFC 1952, section 2.3.1
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd} // RFC 8878, section 3.1.1
)

// Open looks at the start of a source, undoes gzip and zstd, decodes UTF-16 behind
// a byte order mark, and says what is in it.
func Open(r io.Reader) (io.Reader, Content, error) {
	in := bufio.NewReaderSize(r, batchSize)
	for range maxLayers {
		head, err := in.Peek(len(zstdMagic))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, Binary, err
		}
		var plain io.Reader
		switch {
		case bytes.HasPrefix(head, gzipMagic):
			if plain, err = gzip.NewReader(in); err != nil {
				return nil, Binary, err
			}
		case bytes.HasPrefix(head, zstdMagic):
			d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, Binary, err
			}
			plain = d.IOReadCloser()
		}
		if plain == nil {
			break
		}
		in = bufio.NewReaderSize(plain, batchSize)
	}
	head, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, Binary, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), Lines, nil
	case isFramed(head):
		return in, Framed, nil
	case isBinary(head):
		return in, Binary, nil
	}
	return in, Lines, nil
}

// isBinary reports whether the start of a source is no text: more than one byte in
// ten is a control character that text has no use for, or no UTF-8. A log that was
// truncated under its writer begins with zeros, which say nothing.
func isBinary(head []byte) bool {
	if text := bytes.TrimLeft(head, "\x00"); len(text) > 0 {
		head = text
	}
	odd := 0
	for rest := head; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 && utf8.FullRune(rest) {
			odd++
		}
		if r < ' ' && bytes.IndexByte([]byte("\t\n\r\f\b\x1b"), byte(r)) < 0 {
			odd++
		}
		rest = rest[n:]
	}
	return odd*10 > len(head)
}

// isFramed reports whether a source starts with a message behind its length. The
// first byte of a protobuf export request is the tag of field 1, 0x0a.
func isFramed(head []byte) bool {
	const prefix = 4
	if len(head) < prefix+1 {
		return false
	}
	size := int(binary.BigEndian.Uint32(head))
	if size == 0 || size > MaxLine || len(head) < sniffed && size > len(head)-prefix {
		return false
	}
	message := head[prefix:]
	return message[0] == 0x0a && head[0] == 0 || bytes.HasPrefix(message, zstdMagic)
}

// FrameReader reads the messages of a framed source.
type FrameReader struct {
	in    *bufio.Reader
	zstd  *zstd.Decoder
	frame []byte
}

// NewFrameReader reads messages from r.
func NewFrameReader(r io.Reader) *FrameReader { return &FrameReader{in: bufio.NewReader(r)} }

// ErrFrame says that a message is cut off, or longer than MaxLine.
var ErrFrame = errors.New("is cut off or damaged: a message is shorter than its length says")

// Next returns the next message, decompressed; it is borrowed until the next call.
// At the end the error is io.EOF.
func (r *FrameReader) Next() ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r.in, size[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, ErrFrame
		}
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(size[:]))
	if n > MaxLine {
		return nil, ErrFrame
	}
	if cap(r.frame) < n {
		r.frame = make([]byte, n)
	}
	r.frame = r.frame[:n]
	if _, err := io.ReadFull(r.in, r.frame); err != nil {
		return nil, ErrFrame
	}
	if !bytes.HasPrefix(r.frame, zstdMagic) {
		return r.frame, nil
	}
	if r.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*MaxLine))
		if err != nil {
			return nil, err
		}
		r.zstd = d
	}
	plain, err := r.zstd.DecodeAll(r.frame, nil)
	if err != nil {
		return nil, ErrFrame
	}
	return plain, nil
}
