package validate

import "testing"

func TestIpv4(t *testing.T) {
	table(t, ipv4,
		[]string{"198.51.100.17", "0.0.0.0", "255.255.255.255"},
		[]string{"1.2.3", "1.2.3.256", "01.2.3.4", "0.1.2.3", "1.2.3.4.5", "1..2.3", "1.2.3.4a", ""})
}
