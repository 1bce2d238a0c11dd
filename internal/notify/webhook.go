package notify

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Webhook is an address that gets alerts as JSON.
type Webhook struct {
	Endpoint
	// SecretFile, if given, holds what requests are signed with; it is read anew for
	// each. See Sign.
	SecretFile string
	// PerMinute is how many requests a minute it gets at most; what comes meanwhile
	// is put together. Zero means 12.
	PerMinute int
}

const (
	defaultPerMinute = 12
	// maxGroup is how many alerts a request has at most.
	maxGroup = 50
	// maxRemembered is how many alerts are remembered so as not to be sent twice.
	maxRemembered = 10000
)

// The headers of a signed request.
const (
	SignatureHeader = "X-Airtight-Signature"
	TimestampHeader = "X-Airtight-Timestamp"
)

// Sign is the signature of a request: sha256= and the HMAC-SHA-256, in hex, of the
// timestamp (seconds since 1970), a full stop, and the body. Who checks it compares
// in constant time and refuses what is old.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s.%s", timestamp, body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Message is the body of a request: alerts about one service.
type Message struct {
	Version   int     `json:"version"` // of this form: 1
	Service   string  `json:"service"`
	Namespace string  `json:"namespace,omitempty"`
	Alerts    []Alert `json:"alerts"`
	// Dropped is how many alerts there was no room for since the last message.
	Dropped int `json:"dropped,omitempty"`
}

type webhook struct {
	Webhook
	*Options
	began time.Time
	poke  chan struct{}

	mu      sync.Mutex
	waiting map[string]Alert // by id: the latest state of each
	sent    map[string]State
	dropped int

	sentAt []time.Time // of the last minute's requests
}

func newWebhook(w Webhook, o *Options) *webhook {
	w.PerMinute = cmp.Or(w.PerMinute, defaultPerMinute)
	if w.Client == nil {
		w.Client = NewClient(nil)
	}
	return &webhook{Webhook: w, Options: o, began: time.Now(), poke: make(chan struct{}, 1), waiting: map[string]Alert{}, sent: map[string]State{}}
}

func (w *webhook) changed(a Alert) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.waiting[a.ID]; !ok && len(w.waiting) >= maxAlerts {
		w.dropped++
		w.Count(w.Name, Dropped, 1)
		return
	}
	w.waiting[a.ID] = a
	wake(w.poke)
}

// standing brings what waits up to date: it may have been silenced.
func (w *webhook) standing(all []Alert) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range all {
		if old, ok := w.waiting[a.ID]; ok && old.State == a.State {
			w.waiting[a.ID] = a
		}
	}
}

func (w *webhook) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.poke:
		}
		if !pause(ctx, w.group) { // for what comes together
			return
		}
		for {
			m, ok := w.take()
			if !ok {
				break
			}
			if !w.deliver(ctx, m) {
				w.putBack(m)
				return
			}
		}
	}
}

// worthTelling reports whether an alert says something that was not said.
func (w *webhook) worthTelling(a Alert) bool {
	was, told := w.sent[a.ID]
	switch {
	case told && was == a.State:
		return false
	case a.State == Closed:
		return told || a.Opened.Before(w.began) // it was told of before this process began
	default:
		return !a.Silenced
	}
}

// take takes the alerts of one service, those that were opened first.
func (w *webhook) take() (m Message, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Alert
	for id, a := range w.waiting {
		if !w.worthTelling(a) {
			delete(w.waiting, id)
			continue
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return m, false
	}
	slices.SortFunc(all, func(a, b Alert) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID)) })
	m = Message{Version: 1, Service: all[0].Service, Namespace: all[0].Namespace, Dropped: w.dropped}
	w.dropped = 0
	for _, a := range all {
		if a.Service == m.Service && a.Namespace == m.Namespace && len(m.Alerts) < maxGroup {
			m.Alerts = append(m.Alerts, a)
			delete(w.waiting, a.ID)
		}
	}
	return m, true
}

// putBack makes a message's alerts wait again, unless there is later news of them.
func (w *webhook) putBack(m Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped += m.Dropped
	for _, a := range m.Alerts {
		if _, ok := w.waiting[a.ID]; !ok {
			w.waiting[a.ID] = a
		}
	}
}

// deliver sends a message, however often that must be tried. It reports false if
// the end came before.
func (w *webhook) deliver(ctx context.Context, m Message) bool {
	var b backoff
	for began := time.Now(); ; {
		if !w.waitForTurn(ctx) {
			return false
		}
		err := w.send(ctx, m)
		var refused refusal
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		case errors.As(err, &refused) || time.Since(began) > giveUp:
			w.Count(w.Name, Failed, len(m.Alerts))
			w.Report(fmt.Errorf("alerts are lost: %s: %w", w.Name, err))
			return true
		}
		w.Report(fmt.Errorf("alerts wait: %s: %w", w.Name, err))
		if !pause(ctx, b.after(err, w.firstRetry)) {
			return false
		}
	}
}

// waitForTurn keeps to so many requests a minute.
func (w *webhook) waitForTurn(ctx context.Context) bool {
	for {
		minute := time.Now().Add(-time.Minute)
		w.sentAt = slices.DeleteFunc(w.sentAt, func(t time.Time) bool { return t.Before(minute) })
		if len(w.sentAt) < w.PerMinute {
			w.sentAt = append(w.sentAt, time.Now())
			return true
		}
		if !pause(ctx, w.sentAt[0].Sub(minute)+time.Millisecond) {
			return false
		}
	}
}

func (w *webhook) send(ctx context.Context, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return refusal{err}
	}
	header := http.Header{}
	if w.SecretFile != "" {
		secret, err := secretIn(w.SecretFile)
		if err != nil {
			return fmt.Errorf("its secret can't be read: %w", err)
		}
		timestamp := strconv.FormatInt(time.Now().Unix(), 10)
		header.Set(TimestampHeader, timestamp)
		header.Set(SignatureHeader, Sign(secret, timestamp, body))
	}
	if err := w.post(ctx, body, header); err != nil {
		return err
	}
	w.Count(w.Name, Sent, len(m.Alerts))
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sent) > maxRemembered {
		clear(w.sent)
	}
	for _, a := range m.Alerts {
		w.sent[a.ID] = a.State
	}
	return nil
}

func (w *webhook) flush(ctx context.Context) {
	for {
		m, ok := w.take()
		if !ok {
			return
		}
		if err := w.send(ctx, m); err != nil {
			w.putBack(m)
			w.Report(fmt.Errorf("alerts are lost: %s: %w", w.Name, err))
			return
		}
	}
}
