package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// witnessed is a file of the heads an audit had: one a line, and when it was seen.
type witnessed struct {
	path  string // empty for none
	heads []ledger.Head
}

// openWitness reads the file; one that is not there yet holds none.
func openWitness(path string) (*witnessed, error) {
	w := &witnessed{path: path}
	if path == "" {
		return w, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--witness: %w", fileError(path, err))
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		h, err := ledger.ParseHead(text)
		if err != nil {
			return nil, fmt.Errorf("--witness: %s:%d: %w", path, n, err)
		}
		w.heads = append(w.heads, h)
	}
	return w, nil
}

// add notes a head that was not noted yet; the head of an empty audit proves nothing.
func (w *witnessed) add(h ledger.Head, now time.Time) error {
	if w.path == "" || h.Hash == "" || slices.Contains(w.heads, h) {
		return nil
	}
	f, err := os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("--witness: %w", fileError(w.path, err))
	}
	_, err = fmt.Fprintf(f, "%s %s\n", h, stamp(now))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("--witness: %w", fileError(w.path, err))
	}
	return nil
}
