package finding_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/finding"
)

func TestShape(t *testing.T) {
	for value, want := range map[string]string{
		"EMP-123456":               "AAA-999999",
		"mira.k@example.com":       "aaaa.a@aaaaaaa.aaa",
		"+44 (0)20 7946-0018":      "+99 (9)99 9999-9999",
		"Zoë 東京 ٣٤":                "Aaa aa 99",
		"pa%ss'w\"rd":              "aa?aa?a?aa",
		"":                         "0 characters",
		"4711":                     "4 characters",
		"99-9999":                  "7 characters",
		strings.Repeat("x1", 30):   strings.Repeat("a9", 20) + "…",
		"\x00\x01\x02\x03\x04\x05": "??????",
	} {
		if got := finding.Shape(value); got != want {
			t.Errorf("shape %s, want %s", got, want)
		}
	}
}

// TestShapeTellsNothing holds that no character of a value but the signs between
// groups comes through.
func TestShapeTellsNothing(t *testing.T) {
	form := regexp.MustCompile(`^(?:[9aA?\-._:/@+ ()]{6,40}…?|\d+ characters)$`)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		if shape := finding.Shape(value); !form.MatchString(shape) || shape == value {
			t.Fatal("a shape has more than shapes have")
		}
	})
}
