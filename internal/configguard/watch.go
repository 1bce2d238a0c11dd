package configguard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/airtight-telemetry/airtight/internal/policy"
)

const (
	// settle is how long files must stay as they are before they are read: a
	// writer that truncates and then writes is done by then.
	settle = 100 * time.Millisecond
	// patience bounds the wait for files that never settle.
	patience = time.Second
	// lookEvery is how often the files are looked at without being told: file
	// systems over a network tell nothing, inotify watches may be used up, and a
	// directory may not exist yet.
	lookEvery = time.Second
)

// Watcher keeps the policy in force up to date with its files.
type Watcher struct {
	config *Config
	swap   func(*policy.Compiled) error
	report func(error)

	notify *fsnotify.Watcher // nil where the system gives none
	known  state             // of the files as they were last read
	stop   chan struct{}
	done   chan struct{}
}

// Watch watches the policy file and the keyring, and reads them anew when they
// change, or when a key begins or ends to be valid. A change is in force within
// two seconds. What is watched are directories: Kubernetes swaps a symbolic link
// beside the file, and most editors replace the file.
//
// A policy that loads is handed to swap, which must test it and put it in force
// at once or leave the old one and return an error. report is told of every
// attempt: nil if the new policy is in force, else why it is not, in a sentence
// without values; the old one then stays. Both are called from one goroutine,
// never at the same time. A change between Load and Watch is not missed.
//
// Load must have been called. Close must be called, once. The Config must not be
// changed meanwhile.
func (c *Config) Watch(swap func(*policy.Compiled) error, report func(error)) *Watcher {
	w := &Watcher{
		config: c, swap: swap, report: report,
		known: c.loaded,
		stop:  make(chan struct{}), done: make(chan struct{}),
	}
	// Without notifications the files are still looked at.
	w.notify, _ = fsnotify.NewWatcher()
	w.follow()
	go w.run()
	return w
}

// Close ends the watch and returns once swap and report will not be called again.
func (w *Watcher) Close() {
	close(w.stop)
	<-w.done
}

func (w *Watcher) run() {
	defer close(w.done)
	var events <-chan fsnotify.Event
	var faults <-chan error
	if w.notify != nil {
		defer w.notify.Close()
		events, faults = w.notify.Events, w.notify.Errors
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	settled := time.NewTimer(settle)
	settled.Stop()
	defer settled.Stop()

	var since time.Time // when the change was first seen; zero if there is none
	var seen state      // of the files then
	look := func() {
		if !since.IsZero() {
			return // it is settling
		}
		if now := w.known.again(); !now.equal(w.known) || w.known.expired(time.Now()) {
			since, seen = time.Now(), now
			settled.Reset(settle)
		}
	}
	look()
	for {
		select {
		case <-w.stop:
			return
		case <-events:
			look()
		case <-faults:
			look() // an overflow: events were lost
		case <-tick.C:
			w.follow()
			look()
		case <-settled.C:
			if now := w.known.again(); !now.equal(seen) && time.Since(since) < patience {
				seen = now
				settled.Reset(settle)
				continue
			}
			since = time.Time{}
			w.report(w.reload())
			w.follow()
			look()
		}
	}
}

// reload makes one attempt. Whatever goes wrong, the old policy stays.
func (w *Watcher) reload() (err error) {
	defer func() {
		if r := recover(); r != nil {
			// What it panicked with may hold a value.
			err = errors.New("the policy could not be compiled: internal error")
		}
	}()
	compiled, st, err := w.config.load(time.Now())
	if err != nil && len(st.files) < len(w.known.files) {
		// The file that names the keyring can't be read: keep an eye on the old one.
		st.addAll(w.known)
	}
	w.known = st
	if err != nil {
		return err
	}
	if err := w.swap(compiled); err != nil {
		return fmt.Errorf("the policy is not put in force: %w", err)
	}
	return nil
}

// follow watches the directories that the files, and what their links point to,
// now stand in.
func (w *Watcher) follow() {
	if w.notify == nil {
		return
	}
	want := w.known.directories()
	have := w.notify.WatchList()
	for _, dir := range have {
		if !slices.Contains(want, dir) {
			_ = w.notify.Remove(dir)
		}
	}
	for _, dir := range want {
		if !slices.Contains(have, dir) {
			_ = w.notify.Add(dir) // one that can't be watched is looked at
		}
	}
}

// state is what is known of files without reading them.
type state struct {
	files []fileState
	// expires is when the files must be read again though they have not changed;
	// zero for never.
	expires time.Time
}

type fileState struct {
	path   string
	target string // what the path leads to in the end
	mode   fs.FileMode
	size   int64
	time   time.Time
}

func stateOf(path string) state {
	var s state
	s.add(path)
	return s
}

func (s *state) add(path string) {
	if path == "" {
		return
	}
	f := fileState{path: path}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		f.target = target
	}
	if info, err := os.Stat(path); err == nil {
		f.mode, f.size, f.time = info.Mode(), info.Size(), info.ModTime()
	}
	s.files = append(s.files, f)
}

// addAll takes over the files of other that s does not have.
func (s *state) addAll(other state) {
	for _, f := range other.files {
		if !slices.ContainsFunc(s.files, func(have fileState) bool { return have.path == f.path }) {
			s.files = append(s.files, f)
		}
	}
}

// again looks at the same files now.
func (s state) again() state {
	now := state{expires: s.expires}
	for _, f := range s.files {
		now.add(f.path)
	}
	return now
}

func (s state) equal(other state) bool { return slices.Equal(s.files, other.files) }

func (s state) expired(now time.Time) bool { return !s.expires.IsZero() && !now.Before(s.expires) }

func (s state) directories() []string {
	var dirs []string
	for _, f := range s.files {
		dirs = append(dirs, filepath.Dir(f.path))
		if f.target != "" {
			dirs = append(dirs, filepath.Dir(f.target))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
