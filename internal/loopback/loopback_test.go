package loopback

import (
	"net"
	"testing"
)

func TestFree(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		address, err := Free()
		if err != nil {
			t.Fatal(err)
		}
		if seen[address] {
			t.Fatalf("%s was given twice", address)
		}
		seen[address] = true
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}

// A port in use is passed over.
func TestFreePassesOverPortsInUse(t *testing.T) {
	t.Parallel()
	a, err := Free()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", a)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 100 {
		if b, err := Free(); err != nil || b == a {
			t.Fatalf("%s, %v", b, err)
		}
	}
}
