package report

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

var options = Options{
	Version: "v0.1.0", Catalogue: "2026.12", Policy: "policy.yaml",
	Rules: []rule.Rule{
		{ID: "acme-key", Class: rule.Secret, Severity: "critical", Confidence: "high", Description: "Acme API key", Doc: "https://example.com/doc", Revoke: "https://example.com/keys"},
		{ID: "acme-mail", Class: rule.Contact, Description: "address <of> Acme", Doc: "see RFC 5321"},
	},
}

var findings = []Finding{
	{Path: "a b/é.log", Line: 2, Start: 8, End: 25, Column: 7, EndColumn: 24, Rule: "acme-key", Class: rule.Secret, Severity: "critical", Confidence: rule.High,
		Fingerprint: "k1:abcdefghijklmnop", Excerpt: Excerpt{"key <b>", "[redacted:acme-key]", " & more"}},
	{Path: "a b/é.log", Line: 3, Start: 0, End: 5, Column: 0, EndColumn: 5, Rule: "acme-mail", Class: rule.Contact, Severity: "medium", Confidence: rule.Medium, Fingerprint: "run:abcdefghijklmnop"},
	{Path: "otlp.bin", Line: 1, Start: 0, End: 3, EndColumn: 3, Field: "attribute password", Rule: "field", Class: rule.Secret, Severity: "medium", Confidence: rule.High},
}

func write(t *testing.T, format string, findings []Finding, s Summary) string {
	t.Helper()
	var b strings.Builder
	w, err := New(format, &b, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTable(t *testing.T) {
	want := `a b/é.log
  2:8-24          critical  acme-key                  Acme API key
  3:1-5           medium    acme-mail                 address <of> Acme

otlp.bin
  1 attribute password  medium    field                     a field that the policy masks by its name

3 findings in 2 of 4 files, 1.5 KiB read, 2 binary files skipped
       1  acme-key                  revoke: https://example.com/keys
       1  acme-mail                 contact
       1  field                     secret
`
	if got := write(t, "table", findings, Summary{Files: 4, Bytes: 1536, Skipped: 2}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	want := `{"path":"a b/é.log","line":2,"start":8,"end":25,"rule":"acme-key","class":"secret","severity":"critical","confidence":"high","fingerprint":"k1:abcdefghijklmnop"}
{"path":"a b/é.log","line":3,"start":0,"end":5,"rule":"acme-mail","class":"contact","severity":"medium","confidence":"medium","fingerprint":"run:abcdefghijklmnop"}
{"path":"otlp.bin","line":1,"field":"attribute password","start":0,"end":3,"rule":"field","class":"secret","severity":"medium","confidence":"high","fingerprint":""}
`
	if got := write(t, "json", findings, Summary{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := write(t, "json", nil, Summary{}); got != "" {
		t.Errorf("nothing found is %q", got)
	}
}

func TestSARIF(t *testing.T) {
	type text struct{ Text string }
	var log struct {
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name, Version string
					Rules         []struct {
						ID, HelpURI      string
						ShortDescription text
						Help             *text
						Properties       map[string]any
					}
				}
			}
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct{ Message text }
			}
			Results []struct {
				RuleID              string
				RuleIndex           int
				Level               string
				Message             text
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, StartColumn, EndColumn int }
					}
					LogicalLocations []struct{ FullyQualifiedName string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(write(t, "sarif", findings, Summary{Failed: []string{"x.log: is cut off"}})), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.ColumnKind != "unicodeCodePoints" || run.Tool.Driver.Name != "airtight" || len(run.Results) != 3 {
		t.Fatalf("%+v", log)
	}
	first := run.Results[0]
	if first.Level != "error" || first.Message.Text != "Acme API key." || first.PartialFingerprints["airtight/v1"] == "" {
		t.Errorf("%+v", first)
	}
	at := first.Locations[0].PhysicalLocation
	if at.ArtifactLocation.URI != "a%20b/%C3%A9.log" || at.Region.StartLine != 2 || at.Region.StartColumn != 8 || at.Region.EndColumn != 25 {
		t.Errorf("%+v", at)
	}
	if len(run.Results[1].PartialFingerprints) > 0 {
		t.Error("a fingerprint of this run would make every finding new in the next")
	}
	if r := run.Results[2]; r.Locations[0].PhysicalLocation.Region != nil || r.Locations[0].LogicalLocations[0].FullyQualifiedName != "attribute password" {
		t.Errorf("%+v", r)
	}
	rules := run.Tool.Driver.Rules
	for _, r := range run.Results {
		if rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s has the index of %s", r.RuleID, rules[r.RuleIndex].ID)
		}
	}
	if rules[0].HelpURI == "" || rules[0].Help == nil || rules[1].HelpURI != "" || rules[0].Properties["security-severity"] != "9.5" {
		t.Errorf("%+v", rules)
	}
	if run.Invocations[0].ExecutionSuccessful || run.Invocations[0].ToolExecutionNotifications[0].Message.Text == "" {
		t.Errorf("%+v", run.Invocations)
	}
	if err := json.Unmarshal([]byte(write(t, "sarif", nil, Summary{})), &log); err != nil || len(log.Runs[0].Results) != 0 {
		t.Error("nothing found is no SARIF")
	}
}

func TestHTML(t *testing.T) {
	page := write(t, "html", findings, Summary{Files: 4, Bytes: 1536, Failed: []string{"x.log: is cut off"}})
	for _, want := range []string{
		"<title>airtight: 3 findings</title>", "key &lt;b&gt;<mark>[redacted:acme-key]</mark> &amp; more", `href="https://example.com/keys"`,
		"address &lt;of&gt; Acme", "x.log: is cut off", "2:8-24", "message 1, attribute password", "policy policy.yaml", "2 distinct values",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	// The page stands by itself: nothing is fetched.
	if m := regexp.MustCompile(`<(?:link|img|iframe|script src)|url\(|@import`).FindString(page); m != "" {
		t.Errorf("the page fetches: %s", m)
	}
	if page := write(t, "html", nil, Summary{Files: 1}); !strings.Contains(page, "Nothing found") || strings.Contains(page, "<table") {
		t.Error("nothing found is shown as a table")
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the template was refused a value")
	}
}

func TestHTMLBounded(t *testing.T) {
	many := make([]Finding, maxRows+7)
	for i := range many {
		many[i] = findings[1]
		many[i].Line = i + 1
	}
	page := write(t, "html", many, Summary{Files: 1})
	if n := strings.Count(page, "<tr data-"); n != maxRows {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(page, "5007 findings") || !strings.Contains(page, "7 more findings counted above") {
		t.Error("what is not listed is not counted")
	}
}

func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		if _, err := New(f, os.Stdout, options); err != nil {
			t.Error(err)
		}
	}
	if _, err := New("xml", os.Stdout, options); err == nil {
		t.Error("xml is a format")
	}
}
