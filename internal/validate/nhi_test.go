package validate

import "testing"

func TestNhi(t *testing.T) {
	table(t, nhi,
		[]string{"WML2403", "VAS1511"},
		[]string{"WML2408", "VAS1516", "WML240", "WML24030", "", "xWML2403"})
}
