package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
)

// The sizes of hostile texts. The growth of the time from one to the other, divided by
// that of the size, is one where time is linear.
const smallHostile, largeHostile = 64 << 10, 1 << 20

// attack is what one hostile text costs.
type attack struct {
	unit         string
	small, large spread // ns a byte
	// refused is the reason that the text, or a part of it, was not examined: it
	// becomes a tombstone. None where it was examined whole.
	refused field.Reason
}

// attacks measures every hostile text, and clean lines along with them.
func attacks(e *detect.Engine, text *corpus, rounds int, progress func(string)) (all []attack, baseline spread) {
	var found []detect.Match
	asked := 0
	// What is asked differs from time to time, so that no memory of texts answers.
	perByte := func(next func(i int) []string) float64 {
		runtime.GC()
		size := 0
		var took time.Duration
		for took < 10*time.Millisecond {
			asked++
			lines := next(asked)
			in := texts(lines, e.All())
			cpu, _ := onThread(func() int {
				found = e.Scan(found[:0], in)
				return len(found)
			})
			took += cpu
			size += bytesOf(lines)
		}
		return float64(took) / float64(size)
	}
	cleanLines := func(i int) []string {
		const some = 500
		from := i * some % (len(text.lines) - some)
		return text.lines[from : from+some]
	}
	repeated := func(unit string, size int) func(int) []string {
		return func(i int) []string { return []string{fmt.Sprint(i, " ") + hostile(unit, size)} }
	}
	small, large := make([][]float64, len(hostileUnits)), make([][]float64, len(hostileUnits))
	all = make([]attack, len(hostileUnits))
	var cleanly []float64
	for round := range rounds {
		for i, unit := range hostileUnits {
			progress(fmt.Sprintf("hostile texts: round %d of %d, %q", round+1, rounds, unit))
			if i%4 == 0 {
				cleanly = append(cleanly, perByte(cleanLines))
			}
			small[i] = append(small[i], perByte(repeated(unit, smallHostile)))
			large[i] = append(large[i], perByte(repeated(unit, largeHostile)))
			all[i].unit = unit
			for _, m := range found {
				if m.Reason != 0 {
					all[i].refused = m.Reason
				}
			}
		}
	}
	same := func(v float64) float64 { return v }
	for i := range all {
		all[i].small, all[i].large = spreadOf(small[i], same), spreadOf(large[i], same)
	}
	return all, spreadOf(cleanly, same)
}

// worst are the attack that is dearest a byte, at either size, and the one whose time
// grows most.
func worst(all []attack) (dearest, steepest attack) {
	for _, a := range all {
		if max(a.small.median, a.large.median) > max(dearest.small.median, dearest.large.median) {
			dearest = a
		}
		if steepest.unit == "" || a.growth() > steepest.growth() {
			steepest = a
		}
	}
	return dearest, steepest
}

// growth is how much dearer a byte is in the large text than in the small one.
func (a attack) growth() float64 { return a.large.median / a.small.median }
