package watch

import (
	"math"
	"time"
)

// The memories, as the weight that is left of what is known at each new observation.
var (
	levelKeeps  = keeps(week, hour)   // the count of an hour
	ofDayKeeps  = keeps(2*week, day)  // the factor of an hour of the day, seen once a day
	ofWeekKeeps = keeps(4*week, week) // the factor of an hour of the week, seen once a week
	hourlyKeeps = keeps(2*week, hour) // how wrong forecasts of hours were
	dailyKeeps  = keeps(4*week, day)  // and of days
)

// guard is how many days are judged before they are learned, as in the guard band of
// the C2 statistic of EARS (Hutwagner and others, "The bioterrorism preparedness and
// response Early Aberration Reporting System", Journal of Urban Health 80, 2003).
const guard = 3

// The priors: what is taken for known of a source before anything is.
const (
	// priorVariety is the squared coefficient of variation of the rate, which counts
	// as if it had been seen in so many hours, or days.
	priorVariety = 0.25
	priorHours   = 12.0
	priorDays    = 1.0
	// A factor of 1 is worth so many observations, and so many findings at the least.
	priorFactor   = 1.0
	priorFindings = 4.0
	// jeffreys is what a count of nothing is worth: Jeffreys' prior of a Poisson rate.
	jeffreys = 0.5
)

const (
	hoursOfDay  = int(day / hour)
	hoursOfWeek = int(week / hour)
)

// keeps is the weight that is left after one step, for a half-life.
func keeps(halfLife, step time.Duration) float64 {
	return math.Exp2(-float64(step) / float64(halfLife))
}

// baseline is what is ordinary for one source.
type baseline struct {
	since, seen time.Time // the first hour, and the last with findings

	level  ratio // count by hour
	ofDay  [hoursOfDay]ratio
	ofWeek [hoursOfWeek]ratio
	hours  variety
	days   variety

	// What is too fresh to be learned: hours, the last of which is that before the
	// hour learned next, and days.
	waiting     []int64
	waitingDays []forecast

	dayStart time.Time
	today    int64   // the count of the hours of the day that are over
	dayMean  float64 // what was expected of the day when it began; 0 if that is not known
	run      run
}

// forecast is a window's count and what was expected of it.
type forecast struct{ count, mean float64 }

// run is the days since the last that was as they are: Shiryaev and Roberts' statistic
// for a rate that has risen to persistentRise times what it was.
type run struct {
	statistic float64
	observed  int64
	expected  float64
	days      int
}

// persistentRise is the rise that a run of days is watched for.
const persistentRise = 2

func (r *run) add(count int64, e Expectation, most float64) {
	higher := e
	higher.Mean *= persistentRise
	r.statistic = min((1+r.statistic)*likelihood(count, higher, e), most)
	if r.statistic <= 1 {
		*r = run{statistic: r.statistic}
		return
	}
	r.observed, r.expected, r.days = r.observed+count, r.expected+e.Mean, r.days+1
}

// ratio is what was observed over what was to be expected, both fading.
type ratio struct{ observed, expected float64 }

func (r *ratio) add(observed, expected, keeps float64) {
	r.observed = r.observed*keeps + observed
	r.expected = r.expected*keeps + expected
}

// factor is the ratio drawn towards 1.
func (r *ratio) factor(mean float64) float64 {
	prior := priorFactor*mean + priorFindings
	return (r.observed + prior) / (r.expected + prior)
}

// variety is how much windows differ from their forecast beyond what Poisson's
// distribution explains: the squared coefficient of variation, by moments.
type variety struct{ excess, square, weight float64 }

func (v *variety) add(count, mean, keeps float64) {
	off := count - mean
	v.excess = v.excess*keeps + off*off - mean
	v.square = v.square*keeps + mean*mean
	v.weight = v.weight*keeps + 1
}

func (v *variety) expectation(mean, prior float64) Expectation {
	average := mean * mean
	if v.weight > 0 {
		average = v.square / v.weight
	}
	squared := max(0, v.excess+prior*priorVariety*average) / (v.square + prior*average)
	return Expectation{Mean: mean, Spread: math.Sqrt(math.Log1p(squared)), Freedom: v.weight + prior}
}

func newBaseline(at time.Time) *baseline { return &baseline{since: at, seen: at} }

// slots are where an hour stands in the day and in the week.
func slots(at time.Time) (ofDay, ofWeek int) {
	return at.Hour(), int(at.Weekday())*hoursOfDay + at.Hour()
}

// means are what is expected of an hour by the level, by the hour of the day as
// well, and by the hour of the week as well.
func (b *baseline) means(at time.Time) (level, ofDay, ofWeek float64) {
	d, w := slots(at)
	level = (b.level.observed + jeffreys) / max(b.level.expected, 1)
	ofDay = level * b.ofDay[d].factor(level)
	ofWeek = ofDay * b.ofWeek[w].factor(ofDay)
	return level, ofDay, ofWeek
}

// expect is what is ordinary for an hour.
func (b *baseline) expect(at time.Time) Expectation {
	_, _, mean := b.means(at)
	return b.hours.expectation(mean, priorHours)
}

// expectDay is what is ordinary for the day that runs.
func (b *baseline) expectDay() Expectation { return b.days.expectation(b.dayMean, priorDays) }

// knowsDays reports whether a week of days was forecast. The forecasts begin after a
// first week: before, they would know neither the rhythm nor the weekend, and how
// wrong they are would say nothing about days to come.
func (b *baseline) knowsDays() bool { return b.days.weight > 6 }

// learn takes an hour that is over. In the first week it is learned at once; later
// only when guard has passed, so that a rise is not held against itself.
func (b *baseline) learn(at time.Time, count int64, w *Watcher) {
	if count > 0 {
		b.seen = at
	}
	b.turn(at, w)
	b.today += count
	if at.Sub(b.since) < LearnRate {
		b.absorb(at, count, w)
	} else if b.waiting = append(b.waiting, count); len(b.waiting) > guard*hoursOfDay {
		b.absorb(at.Add(-guard*day), b.waiting[0], w)
		b.waiting = b.waiting[1:]
	}
	if end := at.Add(hour); end.Equal(end.Truncate(day)) {
		b.turn(end, w)
	}
}

// absorb makes an hour part of what is ordinary. What is more than chance makes of it
// counts as the limit and no more, so that a surge does not become ordinary at once, and
// a source that has changed for good is learned by and by.
func (b *baseline) absorb(at time.Time, count int64, w *Watcher) {
	n := float64(count)
	level, ofDay, ofWeek := b.means(at)
	if b.level.expected > 0 { // there was a forecast
		if at.Sub(b.since) >= LearnRate && n > ofWeek {
			if e := b.expect(at); e.Tail(count) <= w.hourly {
				n = float64(e.Limit(w.hourly))
			}
		}
		b.hours.add(n, ofWeek, hourlyKeeps)
		d, h := slots(at)
		b.ofDay[d].add(n, level, ofDayKeeps)
		b.ofWeek[h].add(n, ofDay, ofWeekKeeps)
	}
	b.level.add(n, 1, levelKeeps)
}

// turn begins the day of an hour, if it is another than the one that runs.
func (b *baseline) turn(at time.Time, w *Watcher) {
	begins := at.Truncate(day)
	if b.dayStart.Equal(begins) {
		return
	}
	if b.dayMean > 0 && begins.Equal(b.dayStart.Add(day)) {
		b.endDay(w)
	}
	b.dayStart, b.today, b.dayMean = begins, 0, 0
	if at.Equal(begins) && at.Sub(b.since) >= LearnRate {
		for h := range hoursOfDay {
			_, _, mean := b.means(begins.Add(time.Duration(h) * hour))
			b.dayMean += mean
		}
	}
}

// endDay judges and learns a whole day, as learn does an hour.
func (b *baseline) endDay(w *Watcher) {
	f := forecast{float64(b.today), b.dayMean}
	if b.knowsDays() {
		e := b.expectDay()
		b.run.add(b.today, e, 1/w.daily)
		if f.count > e.Mean && e.Tail(b.today) <= w.daily {
			f.count = float64(e.Limit(w.daily))
		}
	}
	if b.waitingDays = append(b.waitingDays, f); !b.knowsDays() || len(b.waitingDays) > guard {
		b.days.add(b.waitingDays[0].count, b.waitingDays[0].mean, dailyKeeps)
		b.waitingDays = b.waitingDays[1:]
	}
}
