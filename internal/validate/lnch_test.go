package validate

import "testing"

func TestLnch(t *testing.T) {
	table(t, lnch,
		[]string{"2026998848", "0832130513"},
		[]string{"2026998843", "0832130518", "202699884", "20269988480", "", "x2026998848"})
}
