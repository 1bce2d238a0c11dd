package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// contender is one way to examine lines.
type contender struct {
	name string
	// rules is how many rules it runs, and note what has to be known of them.
	rules int
	note  string
	// measure examines n lines of a corpus from the given one on, and returns the CPU
	// time that this took and in how many lines something was found.
	measure func(c *corpus, from, n int) (cpu time.Duration, leaky int, err error)
}

// local is a contender in this process. prepare brings lines into the form that the
// engine takes, which is not measured, and returns what is.
func local(name string, rules int, prepare func(lines []string) (examine func() (leaky int))) contender {
	return contender{name: name, rules: rules, measure: func(c *corpus, from, n int) (time.Duration, int, error) {
		examine := prepare(c.lines[from : from+n])
		runtime.GC()
		cpu, leaky := onThread(examine)
		return cpu, leaky, nil
	}}
}

// onThread is the CPU time that f takes on the thread it runs on. What the garbage
// collector does on other threads meanwhile is not in it: those who allocate are
// flattered.
func onThread(f func() int) (cpu time.Duration, result int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := clock(unix.CLOCK_THREAD_CPUTIME_ID)
	result = f()
	return clock(unix.CLOCK_THREAD_CPUTIME_ID) - before, result
}

func clock(id int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// ofProcess is the CPU time of the whole process, the garbage collector's included.
func ofProcess() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// figures are CPU nanoseconds a byte, by contender and corpus, one a round.
type figures map[string]map[string][]float64

// compete measures every contender on every corpus in every round, so that a machine
// whose speed drifts drifts for all of them. budget is the CPU time of one measure. Each
// round has a part of the corpus of its own, so that nobody is asked twice about a line:
// a memory of lines would be asked about nothing else.
func compete(contenders []contender, on []*corpus, rounds int, budget time.Duration, progress func(string)) (figures, error) {
	f := figures{}
	type pair struct{ contender, corpus int }
	size := map[pair]int{}
	for i, c := range contenders {
		f[c.name] = map[string][]float64{}
		for j, text := range on {
			progress(fmt.Sprintf("warming up: %s, %s", c.name, text.Name))
			n, err := calibrate(c, text, rounds, budget)
			if err != nil {
				return nil, err
			}
			size[pair{i, j}] = n
		}
	}
	for round := range rounds {
		progress(fmt.Sprintf("round %d of %d", round+1, rounds))
		for j, text := range on {
			order := make([]int, len(contenders))
			for i := range order {
				order[i] = i
			}
			if round%2 == 1 {
				slices.Reverse(order)
			}
			for _, i := range order {
				c, n := contenders[i], size[pair{i, j}]
				from, _ := text.part(round+1, rounds+1)
				cpu, _, err := c.measure(text, from, n)
				if err != nil {
					return nil, err
				}
				f[c.name][text.Name] = append(f[c.name][text.Name], float64(cpu)/float64(bytesOf(text.lines[from:from+n])))
			}
		}
	}
	return f, nil
}

// calibrate is how many lines a contender examines in the time of one measure: at
// most a round's. Each number is tried twice, for automata are built as texts come. It
// is done on a part of the corpus that no round gets.
func calibrate(c contender, text *corpus, rounds int, budget time.Duration) (int, error) {
	_, all := text.part(0, rounds+1)
	for n := min(16, all); ; n = min(4*n, all) {
		var cpu time.Duration
		for range 2 {
			var err error
			if cpu, _, err = c.measure(text, 0, n); err != nil {
				return 0, fmt.Errorf("%s: %w", c.name, err)
			}
		}
		if cpu > budget/8 || n == all {
			return min(all, max(16, int(float64(n)*float64(budget)/float64(max(1, cpu))))), nil
		}
	}
}

func bytesOf(lines []string) int {
	n := 0
	for _, line := range lines {
		n += len(line)
	}
	return n
}

// mbps is a contender's speed on a corpus in millions of bytes a second.
func (f figures) mbps(contender, corpus string) spread {
	return spreadOf(f[contender][corpus], func(ns float64) float64 { return 1e3 / ns })
}

// ratio is how many times as long a takes as b, round by round: what both suffered in
// a round falls out.
func (f figures) ratio(a, corpusA, b, corpusB string) spread {
	as, bs := f[a][corpusA], f[b][corpusB]
	out := make([]float64, 0, len(as))
	for i := range min(len(as), len(bs)) {
		out = append(out, as[i]/bs[i])
	}
	return spreadOf(out, func(v float64) float64 { return v })
}

// spread is the median of several measures and the quarters below and above it. Its
// zero value is no measure at all.
type spread struct{ low, median, high float64 }

func spreadOf(v []float64, of func(float64) float64) spread {
	if len(v) == 0 {
		return spread{}
	}
	s := make([]float64, len(v))
	for i := range v {
		s[i] = of(v[i])
	}
	slices.Sort(s)
	return spread{s[len(s)/4], s[len(s)/2], s[len(s)-1-len(s)/4]}
}
