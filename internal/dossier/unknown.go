package dossier

import (
	"fmt"
	"time"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Blank is something that the ledger can't know and a notification needs.
type Blank struct {
	// Article is where the law asks for it; empty where it only makes sense.
	Article string `json:"article,omitempty"`
	Ask     string `json:"ask"`
	// Known is what the ledger does know about it.
	Known string `json:"known,omitempty"`
}

// blanks follow what Art. 33(3) to (5) and Art. 34 GDPR ask for.
func blanks(d *Dossier) []Blank {
	all := []Blank{
		{"Art. 33(1)", "When the organisation became aware. The 72 hours for the notification begin then.", aware(d)},
		{"Art. 33(3)(a)", "Categories and approximate number of the persons concerned.", "The count of different values is no count of persons: one person may have several, and several may share one."},
		{"Art. 33(3)(b)", "Name and contact details of the data protection officer, or of another contact point.", ""},
		{"Art. 33(3)(c)", "Likely consequences for the persons concerned.", ""},
		{"Art. 33(3)(d)", "Measures outside of telemetry, taken or proposed: copies deleted at the destinations and in their backups, access withdrawn, persons advised.", ""},
	}
	if d.Summary.Exposed > 0 {
		all = append(all, Blank{"", "Who could read the destinations that values reached unmasked, for how long, and whether anyone did.", ""})
	}
	if secrets(d) {
		all = append(all, Blank{"", "When the credentials were revoked, and whether they were used before that.", ""})
	}
	return append(all,
		Blank{"Art. 34", "Whether the persons concerned were informed, when, and how; or why not.", ""},
		Blank{"Art. 33(1)", "Whether the authority was notified, when, and under which reference; the reasons, if later than 72 hours.", ""})
}

func aware(d *Dossier) string {
	known := ""
	if !d.Summary.First.IsZero() {
		known = fmt.Sprintf("Seen first at %s.", stamp(d.Summary.First))
	}
	for _, i := range d.Incidents {
		known += fmt.Sprintf(" Incident %s was opened at %s.", i.ID, stamp(i.Opened))
	}
	return known
}

func secrets(d *Dossier) bool {
	for _, c := range d.Categories {
		if c.Class == string(rule.Secret) {
			return true
		}
	}
	return false
}

// limits say what the figures do not cover.
func limits(d *Dossier, moreMeasures bool) []string {
	all := []string{
		"Counted is what passed a gate of airtight and was recognised by a rule that was on. What other ways take out of the services, and what no rule recognises, is not in these figures.",
		"A finding is one occurrence of a value in one record. Records that were sent twice are counted twice.",
	}
	say := func(when bool, format string, args ...any) {
		if when {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	v := d.Summary.Values
	say(v.Least != v.Most, "One value may be part of several leaks, so the number of different values lies between that of the largest leak and the sum of all.")
	say(v.Estimated, "A leak had more values than are told apart; how many it had is estimated (HyperLogLog, standard error 6.5 %%).")
	say(v.Uncounted > 0, "Of %s the values get no fingerprint (such as CVV, PIN and track data, or a field that is masked by its name), so how many different ones there were is not known.", plural(v.Uncounted, "leak"))
	say(d.Subject.Kind == "period", "Leaks are those seen since %s. Their counts begin when each was first seen, which may be earlier.", stamp(d.Subject.Since))
	say(d.Unlisted > 0, "%s more, seen longer ago, are in the figures by rule and are not described one by one; their destinations, their course over time and how many of their findings left unmasked are not in this record.", plural(d.Unlisted, "leak"))
	say(len(d.Timeline) > 0 && d.Timeline[0].Hour.After(d.Summary.First.Add(24*time.Hour)), "Counts by the hour go back to %s; older ones are removed after the ledger's retention.", stamp(firstHour(d)))
	say(d.Exposed() && len(d.Destinations) > 0, "Destinations are those that the gates were told of. What a destination passes on is not known.")
	say(len(d.Destinations) == 0, "No gate was told its destinations, so where the telemetry went is not known.")
	say(moreMeasures, "More was decided than the %d entries of the audit that are listed.", maxMeasures)
	say(!d.Audit.Whole, "The audit is broken: %s. What is listed is what comes before.", d.Audit.Fault)
	return all
}

func firstHour(d *Dossier) (t time.Time) {
	if len(d.Timeline) > 0 {
		t = d.Timeline[0].Hour
	}
	return t
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func stamp(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") }
