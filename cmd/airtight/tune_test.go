package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// TestTuneExported: messages in protobuf, and compressed one by one, are read as scan
// reads them, and a field is named beside the place.
func TestTuneExported(t *testing.T) {
	policy := acmePolicyFile(t)
	for name, protobuf := range map[string]bool{"protobuf": true, "compressed JSON": false} {
		path := filepath.Join(t.TempDir(), "logs.bin")
		if err := os.WriteFile(path, exported(t, protobuf), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, complaints bytes.Buffer
		if code := execute([]string{"tune", "--format", "json", "--policy", policy, path}, strings.NewReader(""), &out, &complaints); code != exitOK {
			t.Fatalf("%s: exit status %d: %s", name, code, &complaints)
		}
		var doc dryRunDocument
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Lines != 2 || doc.Touched != 2 || len(doc.Rules) == 0 || doc.Rules[0].Rule != "acme-key" || doc.Rules[0].Findings != 4 || doc.Rules[0].Distinct != 2 {
			t.Errorf("%s: %s", name, out.Bytes())
		}
		if protobuf && !strings.Contains(doc.Rules[0].Samples[0].Where, ":1 attribute") {
			t.Errorf("%s: the sample names no field: %s", name, doc.Rules[0].Samples[0].Where)
		}
		if strings.Contains(out.String(), "acme_") {
			t.Errorf("%s: a value is shown", name)
		}
	}
}

// TestTuneShowsNoValue: of the values that the catalogue's own examples mark, none is
// in what tune writes, whether its rule is on, off, or in shadow mode.
func TestTuneShowsNoValue(t *testing.T) {
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`«([^»]*)»`)
	unmark := strings.NewReplacer("«", "", "»", "", "\n", " ")
	var logs strings.Builder
	values := map[string]string{} // and the rule that each is an example of
	for i := range catalogue.Rules {
		r := &catalogue.Rules[i]
		for _, example := range r.Examples.Match {
			fmt.Fprintf(&logs, "10:11:12 INFO %s\n", unmark.Replace(example))
			for _, m := range marks.FindAllStringSubmatch(example, -1) {
				// A shorter one may stand in a place, a count or the name of a rule.
				if len(m[1]) >= 8 {
					values[m[1]] = r.ID
				}
			}
		}
	}
	shadow := filepath.Join(t.TempDir(), "shadow.yaml")
	if err := os.WriteFile(shadow, []byte("mode: shadow\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--samples", "100"}, {"--samples", "100", "--format", "json"}, {"--samples", "100", "--policy", shadow}} {
		var out, complaints bytes.Buffer
		if code := execute(append([]string{"tune", "-"}, args...), strings.NewReader(logs.String()), &out, &complaints); code != exitOK {
			t.Fatalf("exit status %d: %s", code, &complaints)
		}
		text := out.String()
		for value, id := range values {
			if strings.Contains(text, value) {
				t.Errorf("%v: a value of rule %s is shown", args, id)
			}
		}
	}
}

// TestShapeExpression: a shape proposed for ignore_values is that of the values.
func TestShapeExpression(t *testing.T) {
	for shape, want := range map[string]string{
		"AAA-999999":         `[A-Z]{3}-\d{6}`,
		"+99 (9)99 a?":       `\+\d{2} \(\d\)\d{2} [a-z].`,
		"99.99.99.9":         `\d{2}\.\d{2}\.\d{2}\.\d`,
		"16 characters":      "",
		"aaaaaa9aaaaaaaaaa…": "",
	} {
		if got, whole := shapeExpression(shape); got != want || whole != (want != "") {
			t.Errorf("%s: %s", shape, got)
		}
	}
}
