package quiet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// canary is the value that must not be told, and the scrubber that knows it.
const canary = "hunter2-canary"

func useCanary(t *testing.T) {
	t.Helper()
	t.Cleanup(Add(Func(func(s string) string { return strings.ReplaceAll(s, canary, "[redacted]") })))
}

func TestText(t *testing.T) {
	useCanary(t)
	for in, want := range map[string]string{
		"":                              "",
		"plain":                         "plain",
		"a " + canary + " b":            "a [redacted] b",
		strings.Repeat(canary, 100):     strings.Repeat("[redacted]", 100),
		"again: " + canary + canary:     "again: [redacted][redacted]",
		strings.Repeat("x", 1<<16):      strings.Repeat("x", 1<<16),
		"4111 1111 1111 1111 is no own": "4111 1111 1111 1111 is no own",
	} {
		for range 2 { // the second time from memory
			if got := Text(in); got != want {
				t.Errorf("Text(%.20q) is not as wanted", in)
			}
		}
	}
}

func TestTextWithoutScrubberTellsNothing(t *testing.T) {
	if got := Text(canary); got != withheld {
		t.Error("a text came through although nothing could examine it")
	}
}

func TestTextWithheldWhenScrubberPanics(t *testing.T) {
	defer Add(Func(func(s string) string { panic(s) }))()
	if got := Text(canary); got != withheld {
		t.Error("a text came through a scrubber that panicked")
	}
}

// What was clean under one set of scrubbers need not be under the next.
func TestAddForgetsWhatWasClean(t *testing.T) {
	defer Add(Func(strings.TrimSpace))()
	if Text(canary) != canary {
		t.Fatal("the first scrubber should leave it")
	}
	remove := Add(Func(func(s string) string { return strings.ReplaceAll(s, canary, "") }))
	if Text(canary) != "" {
		t.Error("the second scrubber was not asked")
	}
	remove()
	if Text(canary) != canary {
		t.Error("a scrubber taken away was still asked")
	}
}

func TestCleanTextsAreBounded(t *testing.T) {
	defer Add(Func(func(s string) string { return s }))()
	for i := range 3 * maxClean {
		Text(fmt.Sprint("text ", i))
	}
	n := 0
	current.Load().clean.Range(func(any, any) bool { n++; return true })
	if n > maxClean {
		t.Errorf("%d texts are remembered, more than %d", n, maxClean)
	}
}

func TestWriter(t *testing.T) {
	useCanary(t)
	var out bytes.Buffer
	line := "dial " + canary + ": refused\n"
	n, err := Writer(&out).Write([]byte(line))
	if err != nil || n != len(line) {
		t.Errorf("Write = %d, %v; want %d, nil", n, err, len(line))
	}
	if out.String() != "dial [redacted]: refused\n" {
		t.Error("the line is not as wanted")
	}
	if _, err := Writer(failing{}).Write([]byte("x")); !errors.Is(err, errFull) {
		t.Errorf("Write = %v, want the writer's error", err)
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
