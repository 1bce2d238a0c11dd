package main

import (
	"bytes"
	"net/http"
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
		{"ledger", nil, exitOK, "It began with version 2.4.0; version 2.3.1 was seen before and did not leak this.", ""},
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
	if n := len(demo.Plants()); n < 55 {
		t.Errorf("%d planted values", n)
	}
}

// TestDemoLedger: the page opens with the token of the run alone, or with none for who
// asked for that.
func TestDemoLedger(t *testing.T) {
	for _, open := range []bool{false, true} {
		backend, err := demo.Listen()
		if err != nil {
			t.Fatal(err)
		}
		c, err := startDemoCollector(t.Context(), backend.Addr(), demoOptions{once: true, noAuth: open})
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		status := func(url string) int {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			return resp.StatusCode
		}
		api := "http://" + c.ledger + "/api/v1/leaks"
		if want := map[bool]int{false: http.StatusUnauthorized, true: http.StatusOK}[open]; status(api) != want {
			t.Errorf("open %v: the API does not answer with %d", open, want)
		}
		if want := map[bool]int{false: http.StatusSeeOther, true: http.StatusOK}[open]; status(c.page()) != want {
			t.Errorf("open %v: the page does not answer with %d", open, want)
		}
		if l, err := c.client(); err != nil {
			t.Error(err)
		} else if _, err := demo.ReadLeaks(t.Context(), l); err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
		if err := c.stop(); err != nil {
			t.Error(err)
		}
		c.clear()
		if _, err := os.Stat(c.database); err == nil {
			t.Error("the ledger is left behind")
		}
		backend.Close()
	}
}

func tail(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}
