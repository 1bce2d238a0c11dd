package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// progress is a line on a terminal that says how far a scan is. Elsewhere it is
// silent. It is safe for concurrent use.
type progress struct {
	out io.Writer // nil where there is no terminal

	mu    sync.Mutex
	path  string
	files int
	bytes int64
	shown time.Time
	dirty bool
}

// redraw is how often the line changes; before the first it is not shown.
const redraw = 200 * time.Millisecond

func newProgress(stderr io.Writer) *progress {
	p := &progress{shown: time.Now()}
	if isTerminal(stderr) {
		p.out = stderr
	}
	return p
}

// isTerminal reports whether w is a character device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colour reports whether output to w may be coloured (https://no-color.org).
func colour(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// file says which file is read now.
func (p *progress) file(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.path = path
	p.files++
}

// read adds bytes and redraws the line when it is time.
func (p *progress) read(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(n)
	if p.out == nil || time.Since(p.shown) < redraw {
		return
	}
	p.shown = time.Now()
	path := p.path
	if len(path) > 48 {
		path = "…" + path[len(path)-47:]
	}
	noun := "files"
	if p.files == 1 {
		noun = "file"
	}
	fmt.Fprintf(p.out, "\r\x1b[K%d %s, %.1f MiB  %s", p.files, noun, float64(p.bytes)/(1<<20), path)
	p.dirty = true
}

// clear takes the line off the screen, for something else to be written.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dirty {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.dirty = false
	}
}

// end takes the line off the screen for good.
func (p *progress) end() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = nil
}
