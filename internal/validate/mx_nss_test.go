package validate

import "testing"

func TestMxNSS(t *testing.T) {
	table(t, mxNSS,
		[]string{"12190338074", "82765289317"},
		[]string{"12190338079", "82765289312", "1219033807", "121903380740", "", "x12190338074"})
}
