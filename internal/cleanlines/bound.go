package main

import "math"

// upperBound is the 95 % upper bound of a Poisson mean of which k events were seen
// (one-sided, exact): the mean at which k or fewer have a chance of one in twenty. It
// is 3.0 for none. Garwood, Biometrika 28 (1936), 437-442.
func upperBound(k int) float64 {
	low, high := float64(k), float64(k)+10*math.Sqrt(float64(k)+1)+10
	for range 60 {
		middle := (low + high) / 2
		if atMost(k, middle) > 0.05 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// atMost is the chance of k events or fewer where mean are expected.
func atMost(k int, mean float64) float64 {
	sum := 0.0
	for i := range k + 1 {
		logFactorial, _ := math.Lgamma(float64(i) + 1)
		sum += math.Exp(float64(i)*math.Log(mean) - mean - logFactorial)
	}
	return sum
}
