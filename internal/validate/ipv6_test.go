package validate

import "testing"

func TestIpv6(t *testing.T) {
	table(t, ipv6,
		[]string{"2001:db8::17", "fe80::1%eth0", "::1", "::ffff:198.51.100.17", "2001:db8:0:42:0:8a2e:370:7334"},
		[]string{"10:11:12", "std::dec", "::", "dead::beef::1", "1:2:3:4", "::cafe", "198.51.100.17"})
}
