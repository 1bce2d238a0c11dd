package prefilter

import "os"

// backend is a way to mark the places of a segment at which literals may end.
type backend struct {
	name string
	mark func(s *Scratch, t *tables, n int)
}

// inUse is the fastest backend that this build and processor have, or the one that
// AIRTIGHT_PREFILTER names: for tests, and to compare them. A name that is not had
// here is passed over.
var inUse = choose(backends(), os.Getenv("AIRTIGHT_PREFILTER"))

// backends are those that run here, the fastest last.
func backends() []backend {
	return append([]backend{{"portable", markPortable}}, assembly()...)
}

func choose(all []backend, name string) backend {
	for _, b := range all {
		if b.name == name {
			return b
		}
	}
	return all[len(all)-1]
}

// Backend is the name of the backend in use.
func Backend() string { return inUse.name }
