package main

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"
)

func counter(n int) func() (int, error) {
	i := 0
	return func() (int, error) {
		if i == n {
			return 0, io.EOF
		}
		i++
		return i, nil
	}
}

// slowFirst makes earlier jobs take longer than later ones.
func slowFirst() worker[int, int] {
	return worker[int, int]{func(i int) int {
		time.Sleep(time.Duration(i%3) * time.Millisecond)
		return i
	}, func() {}}
}

func TestInOrder(t *testing.T) {
	var got []int
	idle := 0
	err := inOrder(counter(200), slowFirst, func(i int) error { got = append(got, i); return nil }, func() error { idle++; return nil })
	if err != nil || len(got) != 200 || !slices.IsSorted(got) || idle == 0 {
		t.Errorf("%d results, sorted %v, idle %d times, %v", len(got), slices.IsSorted(got), idle, err)
	}
}

func TestInOrderErrors(t *testing.T) {
	broken := errors.New("broken")
	n := 0
	failing := func() (int, error) {
		if n++; n > 5 {
			return 0, broken
		}
		return n, nil
	}
	got := 0
	if err := inOrder(failing, slowFirst, func(int) error { got++; return nil }, func() error { return nil }); !errors.Is(err, broken) || got != 5 {
		t.Errorf("reading fails: %d results, %v", got, err)
	}
	if err := inOrder(counter(1000), slowFirst, func(i int) error { return broken }, func() error { return nil }); !errors.Is(err, broken) {
		t.Errorf("writing fails: %v", err)
	}
	// A reader that never returns does not keep a failed writer waiting.
	first := true
	stuck := func() (int, error) {
		if first {
			first = false
			return 1, nil
		}
		select {}
	}
	if err := inOrder(stuck, slowFirst, func(int) error { return broken }, func() error { return nil }); !errors.Is(err, broken) {
		t.Error(err)
	}
}
