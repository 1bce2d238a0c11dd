package validate

import "testing"

func TestOfSoftware(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]bool{
		"amd64": true, "x86_64": true, "riscv64,": true, "amd65": false, "Amd64!": false,
		"^1.0.0": true, "~2.3": true, ">=1.2.0": true, "v1.4.2-rc.1": true, "1.0.0": true, "1.x.x": true, "2.0.0+build.7": true, "^4": true,
		"": false, "1.5": false, "1": false, "10.0.0.1": false, "v": false, "1..2": false, "1.2.c3": false, "1.2.3x": false, "123456": false, "^": false,
		"~Winter.2026": false,
	} {
		if got := ofSoftware(v); got != want {
			t.Errorf("ofSoftware(%q) = %v", v, got)
		}
	}
}
