package validate

import "testing"

func TestMac(t *testing.T) {
	table(t, mac,
		[]string{"02:41:77:10:93:ab", "02-41-77-10-93-AB", "0241.7710.93ab", "02:41:77:ff:fe:10:93:ab"},
		[]string{"ff:ff:ff:ff:ff:ff", "02:41:77:10:93", "02:41-77:10:93:ab", "02:41:77:10:93:ag", "0a:1b:2c:3d:4e:5f:60:71:82"})
}
