package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// State is what people have decided about a leak.
type State string

// The states.
const (
	Unhandled    State = "open"
	Acknowledged State = "acknowledged"
	// Rotated: the values are no longer good for anything. A leak of values that
	// were not seen before reopens it.
	Rotated State = "rotated"
	// Fixed: the source is mended. Whatever is seen later reopens it.
	Fixed State = "fixed"
	// Accepted: left as it is, for a reason and maybe for a time.
	Accepted State = "accepted"
	// Reopened: it was rotated, fixed or accepted, and that holds no longer. Only
	// the ledger itself sets it.
	Reopened State = "reopened"
)

// States lists every state.
func States() []State { return []State{Unhandled, Acknowledged, Rotated, Fixed, Accepted, Reopened} }

// Actor is who changes a state where no person does.
const Actor = "airtight"

// Change is a person's decision.
type Change struct {
	State State
	// By is who decides.
	By string
	// Reason is mandatory for Accepted.
	Reason string
	// Expires is when an acceptance ends; zero for never.
	Expires time.Time
}

const maxReason = 500

// validate says what is wrong with a change, in a sentence.
func (c Change) validate(now time.Time) error {
	switch c.State {
	case Unhandled, Acknowledged, Rotated, Fixed:
		if !c.Expires.IsZero() {
			return errors.New("expires: only an accepted leak can have an expiry")
		}
	case Accepted:
		if strings.TrimSpace(c.Reason) == "" {
			return errors.New("reason: say why the leak is accepted")
		}
		if !c.Expires.IsZero() && !c.Expires.After(now) {
			return errors.New("expires: must be in the future")
		}
	default:
		return errors.New("state: must be open, acknowledged, rotated, fixed or accepted")
	}
	if len(c.Reason) > maxReason {
		return fmt.Errorf("reason: must not be longer than %d bytes", maxReason)
	}
	return nil
}

// InvalidChange is a change that makes no sense, in a sentence for who asked for it.
type InvalidChange struct{ error }

// SetState carries out a decision and writes it into the audit.
func (l *Ledger) SetState(ctx context.Context, id string, c Change) error {
	now := l.options.now()
	if err := c.validate(now); err != nil {
		return InvalidChange{err}
	}
	c.Reason = l.scrub(c.Reason)
	return l.db.write(ctx, func(tx *tx) error {
		var was State
		if err := tx.row(`SELECT state FROM leak WHERE id = ?`+tx.lock(), id).Scan(&was); err != nil {
			return none(err)
		}
		return tx.setState(id, was, c, now)
	})
}

func (t *tx) reopen(id string, was State, reason string, now time.Time) error {
	return t.setState(id, was, Change{State: Reopened, By: Actor, Reason: reason}, now)
}

func (t *tx) setState(id string, was State, c Change, now time.Time) error {
	_, err := t.exec(`UPDATE leak SET state = ?, state_since = ?, state_by = ?, state_reason = ?, state_expires = ? WHERE id = ?`,
		string(c.State), millis(now), c.By, c.Reason, millis(c.Expires), id)
	if err != nil {
		return err
	}
	return t.audit(Entry{At: now, Actor: c.By, Action: "state", Leak: id, Was: was, Became: c.State, Reason: c.Reason, Expires: c.Expires})
}

// Entry is one entry of the audit. Each holds the hash of the one before it, so
// that none can be changed or taken out without all after it being written anew.
type Entry struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Action string    `json:"action"`
	Leak   string    `json:"leak"`
	// Incident is the incident's id where the entry is about one: its opening and
	// closing, and the containment of its source.
	Incident string    `json:"incident,omitempty"`
	Was      State     `json:"was"`
	Became   State     `json:"became"`
	Reason   string    `json:"reason,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	// Previous is the hash of the entry before, empty in the first.
	Previous string `json:"previous"`
	// Hash is the SHA-256 of the entry as JSON with an empty hash, in hex.
	Hash string `json:"hash"`
}

// hash is what Hash should be.
func (e Entry) hash() string {
	e.Hash = ""
	e.At, e.Expires = fromMillis(millis(e.At)), fromMillis(millis(e.Expires))
	b, err := json.Marshal(e)
	if err != nil {
		panic("ledger: " + err.Error()) // it holds only text, numbers and times
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (t *tx) audit(e Entry) error {
	if t.postgres {
		if _, err := t.exec(`SELECT pg_advisory_xact_lock(?)`, int64(auditLock)); err != nil {
			return err
		}
	}
	if err := t.row(`SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&e.Seq, &e.Previous); err != nil && !errors.Is(none(err), ErrNotFound) {
		return err
	}
	e.Seq++
	e.Hash = e.hash()
	_, err := t.exec(`INSERT INTO audit (seq, at, actor, action, leak_id, incident_id, was, became, reason, expires, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, millis(e.At), e.Actor, e.Action, e.Leak, e.Incident, string(e.Was), string(e.Became), e.Reason, millis(e.Expires), e.Previous, e.Hash)
	return err
}

// Audit returns up to limit entries after the one numbered after, oldest first; of
// one leak only unless leak is empty.
func (l *Ledger) Audit(ctx context.Context, leak string, after int64, limit int) ([]Entry, error) {
	where, args := `seq > ?`, []any{after}
	if leak != "" {
		where, args = where+` AND leak_id = ?`, append(args, leak)
	}
	return l.entries(ctx, where, args, limit)
}

func (l *Ledger) entries(ctx context.Context, where string, args []any, limit int) ([]Entry, error) {
	entries := []Entry{}
	err := l.db.read(ctx, func(rows *sql.Rows) error {
		var e Entry
		var at, expires int64
		err := rows.Scan(&e.Seq, &at, &e.Actor, &e.Action, &e.Leak, &e.Incident, &e.Was, &e.Became, &e.Reason, &expires, &e.Previous, &e.Hash)
		e.At, e.Expires = fromMillis(at), fromMillis(expires)
		entries = append(entries, e)
		return err
	}, `SELECT seq, at, actor, action, leak_id, incident_id, was, became, reason, expires, previous, hash FROM audit WHERE `+where+` ORDER BY seq LIMIT ?`,
		append(args, limit)...)
	return entries, err
}
