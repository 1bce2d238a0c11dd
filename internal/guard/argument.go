package guard

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/field"
)

// maxFlag bounds the name of a flag in bytes.
const maxFlag = 64

// flagBefore returns the name of the flag that slot i is the argument of: process
// arguments are an array, and of `--password`, `x` the second element has its key
// in the first. Elements of one array share their record and place, and follow one
// another.
func (s *Session) flagBefore(i int32) (name string, ok bool) {
	n := s.before(i)
	if n < 0 {
		return "", false
	}
	sl, before := &s.slots[i], &s.slots[n]
	flag := before.Text
	if len(flag) < 2 || len(flag) > maxFlag || flag[0] != '-' || strings.HasPrefix(sl.Text, "-") {
		return "", false
	}
	if sl.Kind == field.Key || before.Kind != field.String || sl.Record != before.Record || sl.Place != before.Place {
		return "", false
	}
	name = strings.TrimLeft(flag, "-")
	return name, s.keyLike(name) && !strings.Contains(name, " ")
}
