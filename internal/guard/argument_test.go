package guard

import (
	"context"
	"slices"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/field"
)

func TestArguments(t *testing.T) {
	g := newGuard(t, nil)
	const masked = "[redacted:password]"
	for _, c := range []struct{ args, want []string }{
		{[]string{"shop", "--password", "hunter2", "--port", "3306"}, []string{"shop", "--password", masked, "--port", "3306"}},
		{[]string{"-db-password", "hunter2"}, []string{"-db-password", masked}},
		{[]string{"--password", masked}, []string{"--password", masked}},
		{[]string{"--password", "--verbose", "hunter2"}, []string{"--password", "--verbose", "hunter2"}},
		{[]string{"--password=", "hunter2"}, []string{"--password=", "hunter2"}},
		{[]string{"password", "hunter2"}, []string{"password", masked}},
		{[]string{"host", "a.example.com", "password", "hunter2"}, []string{"host", "a.example.com", "password", masked}},
		{[]string{"name", "password", "hunter2"}, []string{"name", "password", "hunter2"}},
		{[]string{"password", "email"}, []string{"password", "email"}},
		{[]string{"no password", "hunter2"}, []string{"no password", "hunter2"}},
		{[]string{"--", "hunter2"}, []string{"--", "hunter2"}},
		{[]string{"--user", "hunter2"}, []string{"--user", "hunter2"}},
	} {
		s := g.Session(context.Background())
		for i, a := range c.args {
			s.Add(field.Slot{Ref: uint32(i), Text: a, Place: field.Place{Part: field.Attribute, Key: "process.command_args", Path: "process.command_args"}})
		}
		got := slices.Clone(c.args)
		edits, _ := s.Resolve()
		for _, e := range edits {
			got[e.Ref] = e.Text
		}
		s.Close()
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.args, got, c.want)
		}
	}
}

// A flag speaks for the next element of its own array and for nothing else.
func TestArgumentsOfOthers(t *testing.T) {
	g := newGuard(t, nil)
	at := func(key string) field.Place { return field.Place{Part: field.Attribute, Key: key, Path: key} }
	for _, second := range []field.Slot{
		{Ref: 1, Record: 1, Place: at("args"), Text: "hunter2"},
		{Ref: 1, Place: at("other"), Text: "hunter2"},
		{Ref: 1, Place: at("args"), Kind: field.Key, Text: "hunter2"},
	} {
		s := g.Session(context.Background())
		s.Add(field.Slot{Place: at("args"), Text: "--password"})
		s.Add(second)
		if edits, _ := s.Resolve(); len(edits) > 0 {
			t.Errorf("%+v is taken for an argument", second.Place)
		}
		s.Close()
	}
}
