package linewalk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	// MaxLine is the longest line, in bytes, that is held in memory.
	MaxLine = 32 << 20
	// batchSize is how much of the input is examined together: enough to spread the
	// cost of a batch, little enough to stay in the cache.
	batchSize = 64 << 10
)

// Reader cuts a stream into batches of whole lines. It never waits for more once
// it has a line, so that a pipe is passed on as it comes.
type Reader struct {
	in    *bufio.Reader
	batch []byte
	line  int
}

// NewReader reads lines from r.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(r, batchSize)} }

// Batch is some consecutive lines of a stream.
type Batch struct {
	// Text holds the lines, each with its \n; only the last of a stream may lack it.
	Text string
	// First is the number of the first line, counted from 1.
	First int
	// Oversize says that the batch is one line longer than MaxLine, which was
	// skipped; Text is then the line's first bytes and, unless the stream ended
	// with it, its \n.
	Oversize bool
}

// Next returns the next batch. At the end of the stream the error is io.EOF.
func (r *Reader) Next() (Batch, error) {
	b := Batch{First: r.line + 1}
	r.batch = r.batch[:0]
	for {
		chunk, err := r.in.ReadSlice('\n')
		r.batch = append(r.batch, chunk...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(r.batch) <= MaxLine:
			continue
		case errors.Is(err, bufio.ErrBufferFull):
			return r.skip(b)
		case err == io.EOF && len(r.batch) > 0:
			// The next call ends the stream.
		case err != nil:
			return Batch{}, err
		}
		break
	}
	r.line++
	r.takeBuffered()
	b.Text = string(r.batch)
	return b, nil
}

// takeBuffered adds the whole lines that can be had without waiting.
func (r *Reader) takeBuffered() {
	room := batchSize - len(r.batch)
	if room <= 0 {
		return
	}
	ahead, _ := r.in.Peek(min(r.in.Buffered(), room)) // no more than is there
	end := bytes.LastIndexByte(ahead, '\n') + 1
	r.batch = append(r.batch, ahead[:end]...)
	r.line += bytes.Count(ahead[:end], []byte{'\n'})
	_, _ = r.in.Discard(end)
}

// shownOfOversize is how much of a line too long is kept, to tell what it is.
const shownOfOversize = 64

func (r *Reader) skip(b Batch) (Batch, error) {
	b.Oversize = true
	b.Text = string(r.batch[:shownOfOversize])
	r.batch = nil // it has grown to MaxLine
	r.line++
	for {
		_, err := r.in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF:
			return b, nil
		case err != nil:
			return Batch{}, err
		default:
			b.Text += "\n"
			return b, nil
		}
	}
}
