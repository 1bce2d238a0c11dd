package structure

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"sync"
)

// What is compressed is inflated at most so far: times its own size, and in bytes.
const (
	maxInflate  = 32
	maxInflated = 1 << 20
)

// isPacked reports whether b starts as gzip (RFC 1952 section 2.3.1) or zlib
// (RFC 1950 section 2.2) do.
func isPacked(b []byte) bool {
	switch {
	case len(b) < 3:
		return false
	case b[0] == 0x1f && b[1] == 0x8b:
		return b[2] == 8
	}
	return isZlib(b)
}

// isZlib knows deflate with the usual window of 32 KiB and no dictionary.
func isZlib(b []byte) bool {
	return b[0] == 0x78 && b[1]&0x20 == 0 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// inflaters are dear to make.
var (
	gzips = sync.Pool{New: func() any { return new(gzip.Reader) }}
	zlibs sync.Pool
)

// unpack inflates what the digits write as far as that is text, but no more than
// room bytes and the limits. What is cut short or damaged gives what comes before.
func unpack(d *runDigits, room int) (w writing) {
	in, release := inflater(d)
	if in == nil {
		return writing{read: d.at} // a header may be long: it is not read again from within
	}
	defer release()
	limit := min(room, maxInflated, maxInflate*len(d.text))
	if limit <= 0 {
		return writing{read: len(d.text), cut: true}
	}
	const taste = 256
	var out bytes.Buffer
	// A damaged end is no reason to leave out what was read before it.
	n, _ := io.CopyN(&out, in, int64(min(taste, limit+1)))
	if n == taste && isText(out.Bytes()) {
		rest, _ := io.CopyN(&out, in, int64(limit)+1-n)
		n += rest
	}
	inflated := out.Bytes()[:min(int(n), limit)]
	return writing{
		text: string(inflated[:textLen(inflated)]), read: d.at,
		inflated: len(inflated), cut: n > int64(limit),
	}
}

// inflater is nil where no sound header stands.
func inflater(d *runDigits) (in io.Reader, release func()) {
	head := *d
	if first := head.decode(nil, 2); !isZlib(first) {
		z := gzips.Get().(*gzip.Reader)
		if z.Reset(d) != nil {
			gzips.Put(z)
			return nil, nil
		}
		return z, func() { gzips.Put(z) }
	}
	z, _ := zlibs.Get().(io.ReadCloser)
	if z == nil {
		var err error
		if z, err = zlib.NewReader(d); err != nil {
			return nil, nil
		}
		return z, func() { zlibs.Put(z) }
	}
	if z.(zlib.Resetter).Reset(d, nil) != nil {
		zlibs.Put(z)
		return nil, nil
	}
	return z, func() { zlibs.Put(z) }
}
