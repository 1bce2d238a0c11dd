// Package dossier writes what a ledger knows of a leak, of an incident or of a
// time as one document, for a data protection authority, a customer or a file: HTML
// that prints well, or JSON. It holds no value, and nothing that is not in the
// ledger: what the ledger cannot know is named, for people to fill in.
package dossier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Request says what a dossier is about: one leak, one incident, or all leaks seen
// since a time.
type Request struct {
	Leak     string
	Incident string
	Since    time.Time
	// Service and Class leave others out of a dossier about a time.
	Service, Class string

	// Version is that of this airtight.
	Version string
	// Now is when the dossier is made.
	Now time.Time
}

// Format names the form of the JSON; it changes with what a reader may rely on.
const Format = "airtight.dossier/1"

// The bounds of a dossier about a time.
const (
	// maxLeaks is how many leaks are described one by one: those seen last.
	maxLeaks = 200
	// maxMeasures is how many decisions are listed: the first.
	maxMeasures = 1000
)

// Dossier is what is known. Times are UTC.
type Dossier struct {
	Format  string    `json:"format"`
	Version string    `json:"airtight_version"`
	Made    time.Time `json:"made"`
	Subject Subject   `json:"subject"`
	Summary Summary   `json:"summary"`
	// Incidents are the one asked for, or those the leaks are part of.
	Incidents []ledger.Incident `json:"incidents"`
	// Categories are the kinds of data, the most frequent first.
	Categories   []Category           `json:"categories"`
	Destinations []ledger.Destination `json:"destinations"`
	// Timeline counts findings by the hour, as far back as the ledger keeps them.
	Timeline []ledger.Hour `json:"timeline"`
	// Leaks are described one by one; Unlisted more are counted by rule and no more.
	Leaks    []ledger.Detail `json:"leaks"`
	Unlisted int             `json:"unlisted,omitempty"`
	// Measures are what was decided and done, oldest first.
	Measures []Measure `json:"measures"`
	// Audit is what became of verifying the audit that the measures are from.
	Audit ledger.Verification `json:"audit"`
	// Limits are sentences that say what the figures do not cover.
	Limits []string `json:"limits"`
	// Blanks are what the ledger can't know, to be filled in.
	Blanks []Blank `json:"to_fill_in"`
}

// Subject is what a dossier is about.
type Subject struct {
	Kind    string    `json:"kind"` // leak, incident or period
	ID      string    `json:"id,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Service string    `json:"service,omitempty"`
	Class   string    `json:"class,omitempty"`
}

// Summary is the whole in figures.
type Summary struct {
	Services []string  `json:"services"`
	Owners   []string  `json:"owners"`
	First    time.Time `json:"first_seen,omitzero"`
	Last     time.Time `json:"last_seen,omitzero"`
	Leaks    int       `json:"leaks"`
	Findings int64     `json:"findings"`
	Exposed  int64     `json:"exposed"` // of Findings: left unmasked
	Values   Values    `json:"distinct_values"`
	// Undecided is how many leaks wait for a decision.
	Undecided int `json:"undecided"`
}

// Values is how many different values leaked: between Least and Most, since one may
// be in several leaks.
type Values struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
	// Estimated is set where a leak had more values than are told apart.
	Estimated bool `json:"estimated,omitempty"`
	// Uncounted is how many leaks have values that get no fingerprint and are not in
	// these figures.
	Uncounted int `json:"uncounted_leaks,omitempty"`
}

func (v *Values) add(l *ledger.Leak) {
	if l.Distinct == 0 {
		v.Uncounted++
		return
	}
	v.Least = max(v.Least, l.Distinct)
	v.Most += l.Distinct
	v.Estimated = v.Estimated || l.Estimated
}

// Category is a kind of data.
type Category struct {
	Class string `json:"class"`
	// Meaning says what data of the class is.
	Meaning     string `json:"meaning"`
	Rule        string `json:"rule"`
	Description string `json:"description,omitempty"`
	Severity    string `json:"severity,omitempty"`
	Leaks       int    `json:"leaks"`
	Findings    int64  `json:"findings"`
	Exposed     bool   `json:"exposed"` // in one of the leaks at least
	// Unmasked is how many findings left unmasked, of the leaks that are described.
	Unmasked int64  `json:"unmasked"`
	Values   Values `json:"distinct_values"`
}

// Measure is something that was decided or done, as the audit has it.
type Measure struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Leak     string    `json:"leak,omitempty"`
	Incident string    `json:"incident,omitempty"`
	// What is a sentence.
	What   string    `json:"what"`
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// ErrEmpty says that nothing was seen that a dossier about a time could describe.
var ErrEmpty = errors.New("no leak was seen in that time")

// Build gathers a dossier from a ledger, read one thing after the other: what is
// recorded meanwhile may be in one part and not in another.
func Build(ctx context.Context, from ledger.Reader, r Request) (*Dossier, error) {
	b := builder{from: from, d: &Dossier{
		Format: Format, Version: r.Version, Made: r.Now.UTC().Truncate(time.Second),
		Incidents: []ledger.Incident{}, Categories: []Category{}, Destinations: []ledger.Destination{},
		Timeline: []ledger.Hour{}, Leaks: []ledger.Detail{}, Measures: []Measure{}, Limits: []string{},
		Summary: Summary{Services: []string{}, Owners: []string{}},
	}, leaks: map[string]bool{}, incidents: map[string]bool{}}
	var err error
	switch {
	case r.Leak != "":
		err = b.leak(ctx, r.Leak)
	case r.Incident != "":
		err = b.incident(ctx, r.Incident)
	default:
		err = b.period(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	if err := b.measures(ctx); err != nil {
		return nil, err
	}
	b.finish()
	return b.d, nil
}

// builder gathers a dossier.
type builder struct {
	from ledger.Reader
	d    *Dossier
	// leaks and incidents are what the dossier is about, by id.
	leaks, incidents map[string]bool
	more             bool // decisions than are listed
}

func (b *builder) leak(ctx context.Context, id string) error {
	b.d.Subject = Subject{Kind: "leak", ID: id}
	if err := b.describe(ctx, id); err != nil {
		return err
	}
	page, err := b.from.Incidents(ctx, ledger.IncidentFilter{Leak: id})
	if err != nil {
		return err
	}
	for _, i := range page.Incidents {
		// Whether that incident's other leaks are part of this is for people to say.
		b.d.Incidents = append(b.d.Incidents, i)
		b.incidents[i.ID] = true
	}
	return nil
}

func (b *builder) incident(ctx context.Context, id string) error {
	b.d.Subject = Subject{Kind: "incident", ID: id}
	i, err := b.from.Incident(ctx, id)
	if err != nil {
		return err
	}
	b.d.Incidents = append(b.d.Incidents, i.Incident)
	b.incidents[id] = true
	for _, l := range i.Leaking {
		if err := b.describe(ctx, l.ID); err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (b *builder) period(ctx context.Context, r Request) error {
	since := r.Since.UTC().Truncate(time.Second)
	b.d.Subject = Subject{Kind: "period", Since: since, Service: r.Service, Class: r.Class}
	f := ledger.Filter{Service: r.Service, Class: r.Class, Since: since, Limit: 1000}
	for {
		page, err := b.from.Leaks(ctx, f)
		if err != nil {
			return err
		}
		for i := range page.Leaks {
			l := &page.Leaks[i]
			if len(b.d.Leaks) >= maxLeaks {
				b.count(l)
				b.d.Unlisted++
				continue
			}
			// It may have gone since the list was made.
			if err := b.describe(ctx, l.ID); err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return err
			}
		}
		if page.Next == "" {
			break
		}
		f.Next = page.Next
	}
	if len(b.d.Leaks) == 0 {
		return ErrEmpty
	}
	page, err := b.from.Incidents(ctx, ledger.IncidentFilter{Service: r.Service, Class: r.Class, Since: since, Limit: 1000})
	if err != nil {
		return err
	}
	for _, i := range page.Incidents {
		b.d.Incidents = append(b.d.Incidents, i)
		b.incidents[i.ID] = true
	}
	return nil
}

// describe adds a leak with all that is known of it, but its fingerprints: they tell
// no value, and yet link what a reader of the dossier has no need to link.
func (b *builder) describe(ctx context.Context, id string) error {
	l, err := b.from.Leak(ctx, id)
	if err != nil {
		return err
	}
	l.Values = []ledger.Value{}
	b.d.Summary.Exposed += l.ExposedCount
	c := b.count(&l.Leak)
	c.Unmasked += l.ExposedCount
	c.Description = l.Description
	for _, h := range l.Timeline {
		i, there := slices.BinarySearchFunc(b.d.Timeline, h, func(a, b ledger.Hour) int { return a.Hour.Compare(b.Hour) })
		if !there {
			b.d.Timeline = slices.Insert(b.d.Timeline, i, ledger.Hour{Hour: h.Hour})
		}
		b.d.Timeline[i].Count += h.Count
		b.d.Timeline[i].Exposed += h.Exposed
	}
	for _, to := range l.Destinations {
		i := slices.IndexFunc(b.d.Destinations, func(d ledger.Destination) bool { return d.Name == to.Name })
		if i < 0 {
			b.d.Destinations = append(b.d.Destinations, to)
			continue
		}
		d := &b.d.Destinations[i]
		d.Masked, d.Exposed = d.Masked+to.Masked, d.Exposed+to.Exposed
		if to.Exposure == ledger.Exposed {
			d.Exposure = ledger.Exposed
		}
		if to.LastSeen.After(d.LastSeen) {
			d.LastSeen = to.LastSeen
		}
	}
	b.d.Leaks = append(b.d.Leaks, *l)
	return nil
}

// count takes a leak into the figures, and returns those of its category.
func (b *builder) count(l *ledger.Leak) *Category {
	b.leaks[l.ID] = true
	s := &b.d.Summary
	s.Leaks++
	s.Findings += l.Count
	s.Values.add(l)
	if l.State == ledger.Unhandled || l.State == ledger.Reopened {
		s.Undecided++
	}
	if s.First.IsZero() || l.FirstSeen.Before(s.First) {
		s.First = l.FirstSeen
	}
	if l.LastSeen.After(s.Last) {
		s.Last = l.LastSeen
	}
	s.Services = with(s.Services, l.Service)
	s.Owners = with(s.Owners, l.Owner)
	i := slices.IndexFunc(b.d.Categories, func(c Category) bool { return c.Class == l.Class && c.Rule == l.Rule })
	if i < 0 {
		i = len(b.d.Categories)
		b.d.Categories = append(b.d.Categories, Category{Class: l.Class, Meaning: meaning(l.Class), Rule: l.Rule, Severity: l.Severity})
	}
	c := &b.d.Categories[i]
	c.Leaks++
	c.Findings += l.Count
	c.Exposed = c.Exposed || l.Exposure == ledger.Exposed
	c.Values.add(l)
	return c
}

// with adds a name to a set in order.
func with(names []string, name string) []string {
	if i, there := slices.BinarySearch(names, name); !there && name != "" {
		return slices.Insert(names, i, name)
	}
	return names
}

// measures verifies the audit and takes from it what it says of the subject.
func (b *builder) measures(ctx context.Context) error {
	v, err := ledger.VerifyAudit(ctx, b.from, nil, func(e ledger.Entry) {
		if !b.leaks[e.Leak] && !b.incidents[e.Incident] {
			return
		}
		if len(b.d.Measures) >= maxMeasures {
			b.more = true
			return
		}
		b.d.Measures = append(b.d.Measures, Measure{
			Seq: e.Seq, At: e.At, By: e.Actor, Leak: e.Leak, Incident: e.Incident, What: what(&e), Reason: e.Reason, Until: e.Expires,
		})
	})
	if err != nil {
		return err
	}
	b.d.Audit = *v
	return nil
}

// what is an entry of the audit as a sentence.
func what(e *ledger.Entry) string {
	switch e.Action {
	case "state":
		return fmt.Sprintf("the leak was %s and became %s", e.Was, e.Became)
	case "incident":
		switch {
		case e.Became == ledger.State(ledger.IncidentClosed):
			return "the incident was closed"
		case e.Was == ledger.State(ledger.IncidentClosed):
			return "the incident was opened again"
		}
		return "the incident was opened"
	case "contain":
		return "the source was contained: whole bodies and free text are masked"
	case "release":
		return "the containment of the source was ended"
	}
	return e.Action // of a later version
}

// finish puts things in order and says what the figures do not cover.
func (b *builder) finish() {
	d := b.d
	slices.SortStableFunc(d.Categories, func(a, b Category) int { return cmp.Compare(b.Findings, a.Findings) })
	slices.SortStableFunc(d.Destinations, func(a, b ledger.Destination) int {
		return cmp.Or(cmp.Compare(b.Exposed, a.Exposed), cmp.Compare(b.Masked, a.Masked))
	})
	d.Limits = limits(d, b.more)
	d.Blanks = blanks(d)
}

// meaning says what data of a class is.
func meaning(class string) string {
	switch rule.Class(class) {
	case rule.Secret:
		return "credentials: passwords, keys and tokens that open something"
	case rule.Payment:
		return "payment data: card and account numbers"
	case rule.Identity:
		return "identity numbers: national ids, tax, passport and licence numbers"
	case rule.Contact:
		return "contact data: e-mail addresses and telephone numbers"
	case rule.Network:
		return "network identifiers: IP and hardware addresses"
	case rule.Person:
		return "names and other data of persons"
	case rule.Health:
		return "data about health, a special category under Art. 9 GDPR"
	case rule.Location:
		return "data about where persons are"
	}
	return "data of a class of its own"
}

// Exposed reports whether a value left unmasked, as far as is known.
func (d *Dossier) Exposed() bool {
	return slices.ContainsFunc(d.Categories, func(c Category) bool { return c.Exposed })
}
