package webui

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// liveEvery is how often the ledger is asked whether it has changed, while anyone
	// watches.
	liveEvery = time.Second
	// beatEvery is how often a stream on which nothing happens says that it lives.
	beatEvery = 15 * time.Second
	// maxStream is how long a stream lasts: the browser opens it again, and must show
	// then that it still may.
	maxStream = 5 * time.Minute
	// maxStreams bounds the streams; a page without one asks now and then.
	maxStreams = 200
)

// live tells open pages that the ledger has changed, as server-sent events:
// https://html.spec.whatwg.org/multipage/server-sent-events.html. It says that there
// is something new and never what.
type live struct {
	revision func(context.Context) (string, error)
	report   func(error)

	mu       sync.Mutex
	watchers int
	stop     context.CancelFunc // of the one that asks, while anyone watches
	now      string             // the revision last seen
	changed  chan struct{}      // closed when it changes
	ended    chan struct{}
	once     sync.Once
}

func newLive(revision func(context.Context) (string, error), report func(error)) *live {
	return &live{revision: revision, report: report, changed: make(chan struct{}), ended: make(chan struct{})}
}

func (l *live) close() { l.once.Do(func() { close(l.ended) }) }

// enter adds a watcher; there is one loop for all of them.
func (l *live) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers >= maxStreams {
		return false
	}
	l.watchers++
	if l.watchers == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		l.stop = cancel
		go l.watch(ctx)
	}
	return true
}

func (l *live) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers--; l.watchers == 0 {
		l.stop()
		l.now = "" // what changes unwatched is news to who comes next
	}
}

func (l *live) state() (revision string, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now, l.changed
}

func (l *live) watch(ctx context.Context) {
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	failing := false
	for {
		now, err := l.revision(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			failing = true
			l.report(err)
		case err == nil:
			failing = false
			l.mu.Lock()
			if l.now != now && ctx.Err() == nil {
				l.now = now
				close(l.changed)
				l.changed = make(chan struct{})
			}
			l.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-l.ended:
			return
		case <-tick.C:
		}
	}
}

// serve sends the revision at once and whenever it changes.
func (l *live) serve(w http.ResponseWriter, r *http.Request) {
	if !l.enter() {
		w.Header().Set("Retry-After", "30")
		http.Error(w, "There are too many open pages.", http.StatusServiceUnavailable)
		return
	}
	defer l.leave()
	out := http.NewResponseController(w)
	send := func(text string) bool {
		// The server's own deadline is for answers that end.
		_ = out.SetWriteDeadline(time.Now().Add(beatEvery)) // not every writer has one
		_, err := w.Write([]byte(text))
		return err == nil && out.Flush() == nil
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	ok := send("retry: 3000\n\n")
	beat, end := time.NewTicker(beatEvery), time.NewTimer(maxStream)
	defer beat.Stop()
	defer end.Stop()
	sent := ""
	for ok {
		now, changed := l.state()
		if now != "" && now != sent {
			sent = now
			ok = send(fmt.Sprintf("event: revision\ndata: %s\n\n", now))
			continue
		}
		select {
		case <-changed:
		case <-beat.C:
			ok = send(": still here\n\n")
		case <-end.C:
			return
		case <-l.ended:
			return
		case <-r.Context().Done():
			return
		}
	}
}
