package watch

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPoissonTail(t *testing.T) {
	for _, c := range []struct {
		n    int64
		mean float64
	}{{1, 0.01}, {1, 1}, {3, 0.2}, {5, 5}, {10, 3}, {20, 20}, {30, 50}, {120, 100}, {90, 100}} {
		below, term := 0.0, math.Exp(-c.mean)
		for i := range c.n {
			below += term
			term *= c.mean / float64(i+1)
		}
		tail := 0.0
		for i := c.n; i < c.n+400; i++ {
			tail += term
			term *= c.mean / float64(i+1)
		}
		if got := poissonTail(c.n, c.mean); math.Abs(got-tail) > 1e-9 || math.Abs(got+below-1) > 1e-9 {
			t.Errorf("P(N ≥ %d | %g) is %g, want %g", c.n, c.mean, got, tail)
		}
	}
}

func expectations(t *rapid.T) Expectation {
	return Expectation{
		Mean:    math.Exp(rapid.Float64Range(-5, 12).Draw(t, "log mean")),
		Spread:  rapid.Float64Range(0, 2).Draw(t, "spread"),
		Freedom: rapid.Float64Range(5, 500).Draw(t, "freedom"),
	}
}

// TestTail: a tail is a chance, falls with the count, and rises with the mean;
// the limit is the least count whose tail is small enough.
func TestTail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := expectations(t)
		n := rapid.Int64Range(1, 1<<20).Draw(t, "n")
		p := e.Tail(n)
		if p < 0 || p > 1 || math.IsNaN(p) {
			t.Fatalf("the tail is %g", p)
		}
		const slack = 1e-9
		if more := e.Tail(n + 1 + n/10); more > p+slack {
			t.Errorf("more is likelier: %g, %g", p, more)
		}
		higher := e
		higher.Mean *= 1.5
		if q := higher.Tail(n); q < p-slack {
			t.Errorf("a higher mean makes it less likely: %g, %g", p, q)
		}
	})
}

func TestLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := expectations(t)
		chance := math.Exp(rapid.Float64Range(-14, -1).Draw(t, "log chance"))
		n := e.Limit(chance)
		if n < 1<<53 && e.Tail(n) > chance || e.Tail(n-1) <= chance {
			t.Errorf("%+v, %g: %d", e, chance, n)
		}
	})
}

// TestLikelihoodIsFair: the mean of the likelihood ratio is 1 while nothing has
// changed. That is all the bound on false alarms of a run of days asks for.
func TestLikelihoodIsFair(t *testing.T) {
	for _, e := range []Expectation{{3, 0.2, 20}, {30, 0.15, 10}, {40, 0.5, 25}, {20, 0, 8}} {
		higher := e
		higher.Mean *= persistentRise
		mean := 0.0
		for n := range int64(1500) {
			mean += (e.Tail(n) - e.Tail(n+1)) * likelihood(n, higher, e)
		}
		if mean < 0.9 || mean > 1.1 {
			t.Errorf("%+v: the mean is %g", e, mean)
		}
	}
}

func TestNewVersion(t *testing.T) {
	for _, c := range []struct {
		before, since time.Duration
		count         int64
		opens         bool
	}{
		{0, time.Second, 100, false},                 // the ledger has just begun: which version is new is not known
		{5 * time.Second, 5 * time.Second, 3, false}, // as likely as not
		{5 * time.Second, 5 * time.Second, 10, true},
		{time.Minute, 10 * time.Second, 2, false},
		{time.Minute, 10 * time.Second, 4, true},
		{time.Hour, 10 * time.Second, 2, true},
		{day, 0, 1, true},
		{day, 10 * time.Second, 1, true},
		{day, 12 * time.Hour, 1, false},
		{day, time.Hour, 0, false},
	} {
		if p := NewVersion(c.before, c.since, c.count); p <= FalseVersions != c.opens {
			t.Errorf("%v before, %v since, %d findings: %g", c.before, c.since, c.count, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		before := time.Duration(rapid.Int64Range(0, int64(30*day)).Draw(t, "before"))
		since := time.Duration(rapid.Int64Range(0, int64(30*day)).Draw(t, "since"))
		n := rapid.Int64Range(0, 1000).Draw(t, "n")
		p := NewVersion(before, since, n)
		if p < 0 || p > 1 || NewVersion(before, since, n+1) > p || NewVersion(before+hour, since, n) > p {
			t.Errorf("%g", p)
		}
	})
}

// steady feeds a source that leaks ten findings an hour.
func steady(w *Watcher, s Source, from time.Time, hours int) time.Time {
	for range hours {
		w.Learn(from, map[Source]int64{s: 10})
		from = from.Add(hour)
	}
	return from
}

var source = Source{Service: "checkout", Class: "secret"}

func TestLearning(t *testing.T) {
	w := New(0)
	at := steady(w, source, monday, 24*7-1)
	if v := w.Judge(source, at, 100000); !v.Learning || v.Surge || w.Limit(source, Hour, at) != 0 {
		t.Errorf("judged within the first week: %+v", v)
	}
	at = steady(w, source, at, 2)
	v := w.Judge(source, at, 100000)
	if v.Learning || !v.Surge || v.Expected < 8 || v.Expected > 12 || v.Window != Hour {
		t.Errorf("%+v", v)
	}
	limit := w.Limit(source, Hour, at)
	if w.Judge(source, at, limit-1).Surge || !w.Judge(source, at, limit).Surge {
		t.Errorf("the limit is not %d", limit)
	}
	if v := w.Judge(Source{Service: "other"}, at, 100000); !v.Learning {
		t.Errorf("a source that was never seen: %+v", v)
	}
}

// TestOutage: a day and more in which nothing is found anywhere is one in which
// nobody watched. It teaches nothing; an hour does.
func TestOutage(t *testing.T) {
	limits := map[int]int64{}
	for _, gap := range []int{0, 30, 24 * 9} {
		w := New(0)
		at := steady(w, source, monday, 24*28)
		at = steady(w, source, at.Add(time.Duration(gap)*hour), 24*7)
		limits[gap] = w.Limit(source, Hour, at)
	}
	if limits[30] != limits[0] || limits[24*9] != limits[0] {
		t.Errorf("limits after outages: %v", limits)
	}
	w := New(0)
	at := steady(w, source, monday, 24*28)
	silent := steady(w, source, at.Add(20*hour), 24*4)
	other := New(0)
	if steady(other, source, steady(other, source, monday, 24*28), 24*4); w.Judge(source, silent, 1).Expected >= other.Judge(source, silent, 1).Expected {
		t.Error("quiet hours teach nothing")
	}
}

// TestOldHoursAreIgnored: what was learned is not learned twice.
func TestOldHoursAreIgnored(t *testing.T) {
	w := New(0)
	at := steady(w, source, monday, 24*8)
	before := w.Judge(source, at, 5)
	w.Learn(monday, map[Source]int64{source: 1 << 40})
	if after := w.Judge(source, at, 5); after != before || !w.Learned().Equal(at) {
		t.Errorf("%+v, %+v", before, after)
	}
}

// TestBounds: names without end do not take memory without end.
func TestBounds(t *testing.T) {
	w := New(0)
	counts := map[Source]int64{}
	for i := range maxSources + 10 {
		counts[Source{Service: fmt.Sprint(i)}] = 1
	}
	w.Learn(monday, counts)
	if w.Sources() != maxSources || w.Beyond() != 10 {
		t.Errorf("%d sources, %d beyond", w.Sources(), w.Beyond())
	}
}

// TestNewOrdinary: a source that leaks more for good raises an alarm, and in some
// weeks is ordinary.
func TestNewOrdinary(t *testing.T) {
	w := New(0)
	at := steady(w, source, monday, 24*28)
	surge, last := 0, 0
	for i := range 24 * 7 * 8 {
		if w.Judge(source, at, 200).Surge {
			surge++
			last = i
		}
		w.Learn(at, map[Source]int64{source: 200})
		at = at.Add(hour)
	}
	t.Logf("20 times the rate for good: the last alarm after %d days", last/24)
	if surge == 0 || last > 24*7*6 {
		t.Errorf("%d alarms, the last after %d hours", surge, last)
	}
}

// TestAnyCounts: nothing that can be counted makes nonsense of the arithmetic.
func TestAnyCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := New(0)
		at := monday
		for _, n := range rapid.SliceOfN(rapid.Int64Range(0, 1<<45), 169, 175).Draw(t, "counts") {
			w.Learn(at, map[Source]int64{source: n})
			at = at.Add(hour)
		}
		v := w.Judge(source, at, rapid.Int64Range(0, 1<<45).Draw(t, "count"))
		if math.IsNaN(v.Expected) || math.IsInf(v.Expected, 0) || v.Expected < 0 {
			t.Fatalf("%+v", v)
		}
		if v.Surge && !v.Raised {
			t.Error("a surge is not raised")
		}
	})
}
