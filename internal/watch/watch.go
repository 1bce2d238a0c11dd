// Package watch says when a source leaks more than is ordinary for it, and when it
// leaks what it did not before. It is statistics alone: it is told counts and times
// and does no input or output. docs/decisions/0009-what-is-ordinary.md says why it is
// as it is.
//
// # Rate
//
// What is ordinary is a distribution, not a threshold. The mean of an hour is a level
// times a factor for the hour of the day times one for the hour of the week. All
// three are exponentially weighted, and the factors are drawn towards 1 by one
// observation's worth, or a few findings' (the posterior mean of a gamma prior). The count around the mean
// is Poisson with a rate that varies log-normally (Bulmer, "On fitting the Poisson
// lognormal distribution to species-abundance data", Biometrics 30, 1974): bursts are
// ordinary, and the log-normal's tail is heavier than that of the negative binomial.
// How much it varies comes from how wrong the forecasts of the past were, by the method
// of moments; since that is itself an estimate, Student's t takes the normal's place.
//
// A count is held against the distribution of its whole hour while the hour still
// runs. Counts only grow, so the chance that one is ever over the limit in an hour is the
// chance that the whole hour is: looking often costs no false alarms, and a surge is
// seen as soon as it is one. Days are judged the same way, for what is too slow or too
// rare for an hour to show.
//
// A rise that no single day gives away adds up: Shiryaev and Roberts' statistic over whole
// days is R = (1 + R) × L, where L is how much likelier a day's count is at twice the
// ordinary rate. While nothing changes the mean of R after n days is n, so that the mean
// time till it is over a limit is no less than the limit (Pollak, "Optimal detection of a change
// in distribution", Annals of Statistics 13, 1985).
//
// All limits follow from how often a source that did nothing unusual may raise an alarm:
// a third each for hours, days and runs of days.
//
// # Versions
//
// A version leaks what the one before did not if the findings all fall into the
// version's own short time, and would hardly do so at one rate throughout: the
// conditional test of two Poisson rates (Przyborowski and Wilenski, "Homogeneity of
// results in testing samples from Poisson series", Biometrika 31, 1940). A ledger that has
// watched for a minute needs many findings, one that has watched for a day needs one.
package watch

import (
	"math"
	"time"
)

// Source is whose findings are counted together.
type Source struct{ Service, Namespace, Class string }

const (
	hour = time.Hour
	day  = 24 * hour
	week = 7 * day

	year = 8766 * time.Hour
)

// DefaultFalseAlarms is the mean time between false alarms of one source: in a
// fleet of a hundred sources there is about one a year.
const DefaultFalseAlarms = 100 * year

// LearnRate is how long a source is watched before its hours are judged: one whole
// week, so that its weekend is known. Its days are judged after another.
const LearnRate = week

// maxSources bounds the memory: a source takes about 3 KB. Names come from
// telemetry, and who sends it can make up as many as they like.
const maxSources = 4096

// forgetAfter is when a source that is quiet is let go.
const forgetAfter = 8 * week

// Watcher knows what is ordinary for many sources. It is fed whole hours, in their
// order, and asked about the hour that runs. It is not safe for concurrent use.
type Watcher struct {
	hourly, daily float64 // the chance of a false alarm in one hour, one day
	sources       map[Source]*baseline
	beyond        int64
	next          time.Time // the hour to be learned next
	// silent are hours in which nothing was found anywhere. Whether they are something
	// to learn is known when something is found again. A whole day of them, or more, means
	// that nobody watched, and no more than that are kept.
	silent []time.Time
}

// New makes a Watcher that knows no source. falseAlarms is the mean time between
// false alarms of one source; zero means DefaultFalseAlarms.
func New(falseAlarms time.Duration) *Watcher {
	if falseAlarms <= 0 {
		falseAlarms = DefaultFalseAlarms
	}
	return &Watcher{
		hourly: float64(hour) / (3 * float64(falseAlarms)), daily: float64(day) / (3 * float64(falseAlarms)),
		sources: map[Source]*baseline{},
	}
}

// Learned is the first hour that was not learned yet; zero before the first.
func (w *Watcher) Learned() time.Time { return w.next }

// Sources is how many sources are watched, and Beyond how many counts there was no
// room for because there were more.
func (w *Watcher) Sources() int { return len(w.sources) }

// Beyond is how many counts were not learned because there were too many sources.
func (w *Watcher) Beyond() int64 { return w.beyond }

// Learn takes the counts of an hour that is over. Sources that are not named had none.
// An hour before one that was learned is ignored, and hours that are left out count
// as hours in which nothing was found.
func (w *Watcher) Learn(at time.Time, counts map[Source]int64) {
	at = at.UTC().Truncate(hour)
	if at.Before(w.next) {
		return
	}
	if !w.next.IsZero() {
		for skipped := w.next; skipped.Before(at) && len(w.silent) <= hoursOfDay; skipped = skipped.Add(hour) {
			w.silent = append(w.silent, skipped)
		}
	}
	w.next = at.Add(hour)
	if len(counts) == 0 {
		if len(w.silent) <= hoursOfDay {
			w.silent = append(w.silent, at)
		}
		return
	}
	w.wake()
	for s, n := range counts {
		if n <= 0 || w.sources[s] != nil {
			continue
		}
		if len(w.sources) >= maxSources {
			w.beyond++
			continue
		}
		w.sources[s] = newBaseline(at)
	}
	for s, b := range w.sources {
		b.learn(at, counts[s], w)
		if at.Sub(b.seen) > forgetAfter {
			delete(w.sources, s)
		}
	}
}

// Kind is the window a count was judged by.
type Kind string

// The windows.
const (
	Hour Kind = "hour"
	Day  Kind = "day"
	// Days is a run of whole days.
	Days Kind = "days"
)

// Verdict is what a Watcher thinks of a count.
type Verdict struct {
	// Learning says that the source is not known well enough to be judged.
	Learning bool
	// Surge says that the count is more than chance makes of what is ordinary.
	Surge bool
	// Raised says that it is more than in 95 of 100 such windows: not enough to
	// raise an alarm, too much to end one.
	Raised bool
	Window Kind
	// Expected is the mean of the whole window, Observed the count so far.
	Expected float64
	Observed int64
	// Days is how many days a run of Days has.
	Days int
}

// raised is the chance by which Verdict.Raised goes.
const raised = 0.05

// Judge says what to think of the count so far in an hour that was not learned yet.
func (w *Watcher) Judge(s Source, at time.Time, count int64) Verdict {
	at = at.UTC().Truncate(hour)
	b := w.sources[s]
	if b == nil || at.Sub(b.since) < LearnRate {
		return Verdict{Learning: true, Window: Hour, Observed: count}
	}
	v := judge(Hour, b.expect(at), count, w.hourly)
	if b.run.statistic >= 1/w.daily && !v.Surge {
		return Verdict{Surge: true, Raised: true, Window: Days, Expected: b.run.expected, Observed: b.run.observed, Days: b.run.days}
	}
	if v.Surge || !b.knowsDays() || b.dayMean == 0 || !b.dayStart.Equal(at.Truncate(day)) {
		return v
	}
	if d := judge(Day, b.expectDay(), b.today+count, w.daily); d.Surge || d.Raised && !v.Raised {
		return d
	}
	return v
}

func judge(k Kind, e Expectation, count int64, chance float64) Verdict {
	v := Verdict{Window: k, Expected: e.Mean, Observed: count}
	if float64(count) > e.Mean {
		p := e.Tail(count)
		v.Surge, v.Raised = p <= chance, p <= raised
	}
	return v
}

// Limit is the count from which Judge calls a window of that kind a surge; 0 while
// the source is being learned, and for Days, where it is no count.
func (w *Watcher) Limit(s Source, k Kind, at time.Time) int64 {
	at = at.UTC().Truncate(hour)
	b := w.sources[s]
	switch {
	case b == nil || at.Sub(b.since) < LearnRate, k == Day && !b.knowsDays(), k == Days:
		return 0
	case k == Day:
		return b.expectDay().Limit(w.daily)
	default:
		return b.expect(at).Limit(w.hourly)
	}
}

// wake learns the hours in which nothing was found anywhere, before one that is not
// so, unless they are a whole day.
func (w *Watcher) wake() {
	silent := w.silent
	w.silent = nil
	if len(silent) >= hoursOfDay {
		return
	}
	for _, quiet := range silent {
		for _, b := range w.sources {
			b.learn(quiet, 0, w)
		}
	}
}

// NewVersion is the chance that all of count findings would fall into the time since
// the version was first seen, had they come at one rate through that and the time
// watched before it.
func NewVersion(before, since time.Duration, count int64) float64 {
	since = max(since, time.Second) // the telemetry of one moment
	if before <= 0 || count <= 0 {
		return 1
	}
	return math.Pow(float64(since)/float64(before+since), float64(count))
}

// FalseVersions is the chance by which a new version is said to leak what the one
// before did not: one false alarm in a thousand new versions.
const FalseVersions = 0.001
