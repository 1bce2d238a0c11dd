package guard

import (
	"strings"
	"sync"

	"github.com/airtight-telemetry/airtight/internal/detect"
)

// services remembers which service names may be shown. It is bounded: beyond its
// size a name is examined each time it comes.
type services struct {
	mu   sync.RWMutex
	seen map[string]string // itself, or "" where it may not be shown
}

const (
	maxServices    = 1024
	maxServiceName = 64
)

// showable returns name if it may stand in metrics and findings: it is short, made
// of what names are made of, and no rule finds anything in it. Else it is "".
func (f *force) showable(name string) string {
	if name == "" || len(name) > maxServiceName || !plainName(name) {
		return ""
	}
	f.services.mu.RLock()
	shown, known := f.services.seen[name]
	f.services.mu.RUnlock()
	if known {
		return shown
	}
	text := detect.Text{Text: name, Want: f.engine.All(), MaxDepth: 1, MaxDecode: 1}
	if len(f.engine.Scan(nil, []detect.Text{text})) == 0 {
		shown = strings.Clone(name)
	}
	f.services.mu.Lock()
	defer f.services.mu.Unlock()
	if f.services.seen == nil {
		f.services.seen = map[string]string{}
	}
	if len(f.services.seen) < maxServices {
		f.services.seen[strings.Clone(name)] = shown
	}
	return shown
}

func plainName(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '/':
		default:
			return false
		}
	}
	return true
}
