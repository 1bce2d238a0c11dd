package report

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// sarif writes SARIF 2.1.0
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html). The
// results are written as they come; the rules they name follow them.
type sarif struct {
	out     *bufio.Writer
	options Options
	rules   map[string]int // index in the rules, by id
	results int
}

const sarifStart = `{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[`

func newSARIF(w io.Writer, o Options) Writer {
	return &sarif{out: bufio.NewWriter(w), options: o, rules: map[string]int{}}
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Level               string            `json:"level"`
	Message             sarifText         `json:"message"`
	Locations           []sarifLocation   `json:"locations"`
	PartialFingerprints map[string]string `json:"partialFingerprints,omitempty"`
	Properties          map[string]any    `json:"properties"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
	Logical []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndColumn   int `json:"endColumn"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

type sarifRule struct {
	ID         string         `json:"id"`
	Short      sarifText      `json:"shortDescription"`
	Help       *sarifText     `json:"help,omitempty"`
	HelpURI    string         `json:"helpUri,omitempty"`
	Default    sarifLevel     `json:"defaultConfiguration"`
	Properties map[string]any `json:"properties"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

// levels are SARIF's, by severity.
var levels = map[string]string{"critical": "error", "high": "error", "medium": "warning", "low": "note"}

// scores are on the scale of CVSS, by which code hosts sort findings.
var scores = map[string]string{"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}

func (s *sarif) start() {
	if s.results == 0 {
		_, _ = s.out.WriteString(sarifStart) // Flush reports it
	}
}

func (s *sarif) Write(f Finding) error {
	s.start()
	index, known := s.rules[f.Rule]
	if !known {
		index = len(s.rules)
		s.rules[f.Rule] = index
	}
	r := s.options.describe(f.Rule)
	result := sarifResult{
		RuleID:    f.Rule,
		RuleIndex: index,
		Level:     levels[f.Severity],
		Message:   sarifText{sentence(r)},
		Locations: make([]sarifLocation, 1),
		Properties: map[string]any{
			"class": f.Class, "severity": f.Severity, "confidence": f.Confidence.String(), "byteStart": f.Start, "byteEnd": f.End,
		},
	}
	at := &result.Locations[0]
	at.Physical.Artifact.URI = uri(f.Path)
	if f.Field == "" {
		at.Physical.Region = &sarifRegion{f.Line, f.Column + 1, f.EndColumn + 1}
	} else {
		at.Logical = []sarifLogical{{FullyQualifiedName: f.Field, Kind: "member"}}
		result.Properties["message"] = f.Line
	}
	// A fingerprint of one run would make every finding new in the next.
	if f.Fingerprint != "" && !strings.HasPrefix(f.Fingerprint, finding.RunKeyID+":") {
		result.PartialFingerprints = map[string]string{"airtight/v1": f.Fingerprint}
	}
	if s.results > 0 {
		_ = s.out.WriteByte(',')
	}
	s.results++
	return s.encode(result)
}

func (s *sarif) encode(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = s.out.Write(b)
	return err
}

func (s *sarif) Close(sum Summary) error {
	s.start()
	ids := slices.SortedFunc(maps.Keys(s.rules), func(a, b string) int { return s.rules[a] - s.rules[b] })
	described := make([]sarifRule, 0, len(ids))
	for _, id := range ids {
		described = append(described, s.rule(s.options.describe(id)))
	}
	type notification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	type invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Notifications []notification `json:"toolExecutionNotifications,omitempty"`
	}
	done := invocation{Successful: len(sum.Failed) == 0}
	for _, text := range sum.Failed {
		done.Notifications = append(done.Notifications, notification{"error", sarifText{text}})
	}
	_, _ = s.out.WriteString(`],"tool":`)
	err := s.encode(map[string]any{"driver": map[string]any{
		"name": "airtight", "version": s.options.Version, "rules": described,
		"properties": map[string]any{"catalogue": s.options.Catalogue},
	}})
	if err != nil {
		return err
	}
	_, _ = s.out.WriteString(`,"invocations":`)
	if err := s.encode([]invocation{done}); err != nil {
		return err
	}
	_, _ = s.out.WriteString("}]}\n")
	return s.out.Flush()
}

func (s *sarif) rule(r rule.Rule) sarifRule {
	severity := severityOf(r)
	out := sarifRule{
		ID:         r.ID,
		Short:      sarifText{sentence(r)},
		HelpURI:    r.Doc,
		Default:    sarifLevel{levels[severity]},
		Properties: map[string]any{"tags": []string{"security", string(r.Class)}, "security-severity": scores[severity], "precision": r.Confidence},
	}
	if r.Confidence == "" {
		delete(out.Properties, "precision")
	}
	if r.Revoke != "" {
		out.Help = &sarifText{"Revoke it: " + r.Revoke}
	}
	if u, err := url.Parse(r.Doc); err != nil || !u.IsAbs() {
		out.HelpURI = ""
	}
	return out
}

// severityOf is a rule's severity; one that says none is medium.
func severityOf(r rule.Rule) string {
	if r.Severity == "" {
		return "medium"
	}
	return r.Severity
}

// sentence is what a rule finds, as a sentence.
func sentence(r rule.Rule) string {
	text := r.Description
	if text == "" {
		text = r.ID
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// uri is a path as a relative or file reference (SARIF 3.4.3).
func uri(path string) string {
	if path == "-" {
		return "stdin"
	}
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
	}
	return u.String()
}
