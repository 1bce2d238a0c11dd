package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/demo"
)

// The demo's exit status is what a script believes, so both ends are shown: the
// built-in policy lets nothing out, and a policy that masks nothing is told on.
func TestDemoOnce(t *testing.T) {
	dir := t.TempDir()
	policy := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name   string
		args   []string
		status int
		stdout string
		stderr string
	}{
		{"built-in policy", nil, exitOK, "No planted value came out.", ""},
		{"shadow", []string{"--policy", policy("shadow.yaml", "mode: shadow\n")}, exitFound, " planted values came out.", ""},
		{"no such policy", []string{"--policy", filepath.Join(dir, "none.yaml")}, exitError, "", "none.yaml"},
		{"faulty policy", []string{"--policy", policy("bad.yaml", "mood: shadow\n")}, exitError, "", "mood"},
	} {
		var stdout, stderr bytes.Buffer
		status := execute(append([]string{"demo", "--once"}, c.args...), strings.NewReader(""), &stdout, &stderr)
		if status != c.status || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%s: status %d, want %d\n%s%s", c.name, status, c.status, tail(stdout.String(), 60), stderr.String())
		}
	}
	if n := len(demo.Plants()); n < 36 {
		t.Errorf("%d planted values", n)
	}
}

func tail(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}
