package validate

import "testing"

func TestVerhoeff(t *testing.T) {
	holds := func(s string) bool {
		var buf [16]byte
		d := digits(s, buf[:0])
		return len(d) > 1 && verhoeffHolds(d)
	}
	table(t, holds, []string{"2363", "123451", "1428570"}, []string{"2364", "2633", "123450", "1428571"})
}
