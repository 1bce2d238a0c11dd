package ledger

import (
	"context"
	"fmt"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

// RecordContainments writes into the audit what became of the containments that gates
// made by their policies. Those that were ordered are there from when they were. An
// event that comes twice, as after a write that seemed to fail, is written once.
func (l *Ledger) RecordContainments(ctx context.Context, events []finding.ContainmentEvent) error {
	var own []Entry
	for _, e := range events {
		if strings.HasPrefix(e.By, finding.ByPolicy) {
			own = append(own, entryOf(e))
		}
	}
	if len(own) == 0 {
		return nil
	}
	return l.db.write(ctx, func(tx *tx) error {
		for _, e := range own {
			var n int
			err := tx.row(`SELECT COUNT(*) FROM audit WHERE at = ? AND actor = ? AND action = ? AND reason = ?`, millis(e.At), e.Actor, e.Action, e.Reason).Scan(&n)
			if err == nil && n == 0 {
				err = tx.audit(e)
			}
			if err != nil {
				return fmt.Errorf("a containment can't be recorded: %w", err)
			}
		}
		return nil
	})
}

// entryOf is an event as an entry. It is of no incident, so its reason names the source.
func entryOf(e finding.ContainmentEvent) Entry {
	name := e.Service
	if e.Namespace != "" {
		name = e.Namespace + "/" + name
	}
	entry := Entry{At: e.At, Actor: e.By, Action: "contain", Became: "contained", Reason: name + ": " + e.Reason, Expires: e.Until}
	switch e.Change {
	case finding.ContainmentExpired, finding.ContainmentReleased, finding.ContainmentWithdrawn:
		entry.Action, entry.Was, entry.Became = "release", "contained", ""
		entry.Reason, entry.Expires = name+": "+string(e.Change), e.Until
	}
	return entry
}
