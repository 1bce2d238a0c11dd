package validate

import (
	"regexp"
	"slices"
	"testing"
	"testing/quick"

	"pgregory.net/rapid"
)

// table holds a validator against values it must accept and values it must
// refuse. It names a case by its place: tests print no value either.
func table(t *testing.T, f Func, valid, invalid []string) {
	t.Helper()
	for i, v := range valid {
		if !f(v) {
			t.Errorf("valid value %d is refused", i)
		}
	}
	for i, v := range invalid {
		if f(v) {
			t.Errorf("invalid value %d is accepted", i)
		}
	}
}

func TestRegistry(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	names := Names()
	if !slices.IsSorted(names) {
		t.Error("Names are not sorted")
	}
	for _, n := range names {
		if !kebab.MatchString(n) {
			t.Errorf("%s is not kebab-case", n)
		}
		if f, ok := Lookup(n); !ok || f == nil {
			t.Errorf("Lookup does not know %s", n)
		}
	}
	if _, ok := Lookup("no-such"); ok {
		t.Error("Lookup knows a name nobody gave")
	}
}

// TestTotal: no text makes a validator panic or change its mind.
func TestTotal(t *testing.T) {
	for name, f := range funcs {
		twice := func(s string) bool { return f(s) == f(s) }
		if err := quick.Check(twice, &quick.Config{MaxCount: 300}); err != nil {
			t.Errorf("%s contradicts itself", name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Za-z0-9<@:+().,/ \x{a0}-]{0,48}`).Draw(t, "text")
		for _, f := range funcs {
			f(s)
		}
	})
}

// FuzzValidators: no text makes a validator panic or change its mind.
func FuzzValidators(f *testing.F) {
	for _, s := range []string{"", "4111 1111 1111 1111", "GB29NWBK60161331926819", "a@example.com", "+4930901820", "\xff\xc2\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, v := range funcs {
			if v(s) != v(s) {
				t.Errorf("%s contradicts itself", name)
			}
		}
	})
}
