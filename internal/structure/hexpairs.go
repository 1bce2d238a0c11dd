package structure

import (
	"slices"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// leastPairs is how many pairs of hexadecimal digits in a row are read: hardware
// addresses have up to eight, and one more is what most values need.
const leastPairs = 9

// hexPairs appends what pairs of hexadecimal digits with one byte between each two
// write, as dumps and certificates' fingerprints do: 68:65:6c, 68 65 6c, 68-65-6c. In
// ordinary text it looks at three bytes of every sixteen.
func hexPairs(dst []Run, text string) []Run {
	const step = 16
	had := len(dst)
	for i := step; i+2 < len(text); i += step {
		at, sep := pairAt(text, i)
		if sep == 0 {
			continue
		}
		for at >= 3 && text[at-1] == sep && isPair(text, at-3) {
			at -= 3
		}
		end := at + 2
		for end+2 < len(text) && text[end] == sep && isPair(text, end+1) {
			end += 3
		}
		i = max(i, end-step)
		if (end-at+1)/3 < leastPairs || edgeOfHex(text, at-1) || edgeOfHex(text, end) {
			continue
		}
		out := make([]byte, 0, (end-at+1)/3)
		for j := at; j < end; j += 3 {
			b, _ := hexByte(text, j)
			out = append(out, b)
		}
		if textLen(out) == len(out) && (len(dst) == had || dst[len(dst)-1].Span.Start != at) {
			dst = append(dst, Run{Span: span.Span{Start: at, End: end}, Text: string(out)})
		}
	}
	if len(dst) > had {
		slices.SortStableFunc(dst, func(a, b Run) int { return a.Span.Start - b.Span.Start })
	}
	return dst
}

// pairAt is where a pair starts at i or up to two bytes before it, and what stands
// behind it; 0 if none does.
func pairAt(text string, i int) (at int, sep byte) {
	for at = i; at > i-3; at-- {
		if !isPair(text, at) {
			continue
		}
		switch sep = text[at+2]; sep {
		case ':', ' ', '-', ',', '.':
			return at, sep
		}
	}
	return 0, 0
}

func isPair(text string, i int) bool {
	return i+2 < len(text)+1 && i+1 < len(text) && hexDigit(text[i]) >= 0 && hexDigit(text[i+1]) >= 0
}

// edgeOfHex reports whether a further digit stands at i, so that what is next to it is
// no pair of its own.
func edgeOfHex(text string, i int) bool {
	return i >= 0 && i < len(text) && hexDigit(text[i]) >= 0
}
