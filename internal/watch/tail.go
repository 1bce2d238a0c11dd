package watch

import "math"

// Expectation is the distribution of a window's count: Poisson, with a rate whose
// logarithm varies as Student's t.
type Expectation struct {
	// Mean is the rate's mean, were the logarithm normal.
	Mean float64
	// Spread is the scale of the rate's logarithm; 0 is plain Poisson.
	Spread float64
	// Freedom is the degrees of freedom of Student's t.
	Freedom float64
}

// The integral over the rate is a sum over sinh of an even grid: close where the
// density is, and as far out as 200 scales.
const (
	gridEnd  = 6.0
	gridStep = 0.05
)

// grid holds the points, and how far apart they are.
var grid = func() (g []struct{ at, apart float64 }) {
	for u := -gridEnd; u <= gridEnd; u += gridStep {
		g = append(g, struct{ at, apart float64 }{math.Sinh(u), math.Cosh(u)})
	}
	return g
}()

// Tail is the chance of a count of at least n.
func (e Expectation) Tail(n int64) float64 {
	if n <= 0 {
		return 1
	}
	return min(1, e.average(func(rate float64) float64 { return poissonTail(n, rate) }))
}

// average is the mean of f over the rate.
func (e Expectation) average(f func(rate float64) float64) float64 {
	if e.Spread == 0 {
		return f(e.Mean)
	}
	middle := math.Log(e.Mean) - e.Spread*e.Spread/2
	sum, all := 0.0, 0.0
	const negligible = 1e-18
	for _, z := range grid {
		weight := z.apart * math.Exp(-(e.Freedom+1)/2*math.Log1p(z.at*z.at/e.Freedom))
		if weight < negligible {
			continue
		}
		all += weight
		sum += weight * f(math.Exp(min(middle+e.Spread*z.at, 700)))
	}
	return sum / all
}

// likelihood is how much likelier a count is under one distribution than under
// another. Where the rate varies much more than chance does, counts are made smaller,
// so that what chance does is not narrower than the grid: that takes nothing from either.
func likelihood(n int64, under, than Expectation) float64 {
	const width = 0.15 // of what chance does, in scales of the rate's logarithm
	count := float64(n)
	if most := math.Pow(width*than.Spread, -2); than.Mean > most {
		shrink := most / than.Mean
		count, under.Mean, than.Mean = count*shrink, under.Mean*shrink, than.Mean*shrink
	}
	log, _ := math.Lgamma(count + 1)
	chance := func(e Expectation) float64 {
		return e.average(func(rate float64) float64 { return math.Exp(count*math.Log(rate) - rate - log) })
	}
	return max(chance(under), math.SmallestNonzeroFloat64) / max(chance(than), math.SmallestNonzeroFloat64)
}

// Limit is the least count whose Tail is at most chance, and at most 2^53.
func (e Expectation) Limit(chance float64) int64 {
	below, above := int64(0), int64(1) // Tail(below) > chance
	for above < 1<<53 && e.Tail(above) > chance {
		below, above = above, 2*above
	}
	for above-below > 1 {
		if middle := below + (above-below)/2; e.Tail(middle) > chance {
			below = middle
		} else {
			above = middle
		}
	}
	return above
}

// poissonTail is the chance of at least n where mean are expected: the regularised
// incomplete gamma function P(n, mean), by its series or its continued fraction
// (Abramowitz and Stegun, 6.5.29 and 6.5.31).
func poissonTail(n int64, mean float64) float64 {
	a, x := float64(n), mean
	if x <= 0 {
		return 0
	}
	log, _ := math.Lgamma(a)
	front := a*math.Log(x) - x - log
	const enough, negligible = 1e-12, -60
	if x < a+1 {
		if front < negligible {
			return 0
		}
		term := 1 / a
		sum := term
		for i := a + 1; term > sum*enough; i++ {
			term *= x / i
			sum += term
		}
		return math.Min(1, sum*math.Exp(front))
	}
	if front < negligible {
		return 1
	}
	// Lentz's method.
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < 100000; i++ {
		an := -i * (i - a)
		b += 2
		if d = an*d + b; math.Abs(d) < tiny {
			d = tiny
		}
		if c = b + an/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := d * c
		h *= step
		if math.Abs(step-1) < enough {
			break
		}
	}
	return math.Max(0, 1-math.Exp(front)*h)
}
