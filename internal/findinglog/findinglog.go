// Package findinglog writes findings as OpenTelemetry log records and reads them
// again, so that they travel like any other telemetry.
//
// A finding is a record with the event name finding.EventName and no body. Its
// resource and scope are those of the telemetry it was found in, its attributes
// the ones named here; those of code.* keep the names of the semantic conventions.
package findinglog

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/airtight-telemetry/airtight/internal/action"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// The attributes of a finding.
const (
	attrRule         = "airtight.rule"
	attrClass        = "airtight.class"
	attrSeverity     = "airtight.severity"
	attrConfidence   = "airtight.confidence"
	attrAction       = "airtight.action"
	attrOutcome      = "airtight.outcome"
	attrSignal       = "airtight.signal"
	attrPlace        = "airtight.place"
	attrField        = "airtight.field"
	attrLength       = "airtight.length"
	attrFingerprint  = "airtight.fingerprint"
	attrCount        = "airtight.count"
	attrFirst        = "airtight.first"
	attrLast         = "airtight.last"
	attrTemplate     = "airtight.template"
	attrDestinations = "airtight.destinations"
	// attrDistinct stands only on the record for values that are not told apart:
	// about how many they were.
	attrDistinct = "airtight.distinct"
	attrSpan     = "airtight.span.name"
	attrLevel    = "airtight.level"
	// attrBefore is the version of the service that was new before this one was.
	attrBefore = "airtight.version.before"

	attrFile     = "code.file.path"
	attrLine     = "code.line.number"
	attrFunction = "code.function.name"
)

const (
	outcomeMasked  = "masked"
	outcomeExposed = "exposed"
)

// severities are what a finding's severity is as that of a log record.
var severities = map[string]plog.SeverityNumber{
	"low": plog.SeverityNumberInfo, "medium": plog.SeverityNumberWarn,
	"high": plog.SeverityNumberError, "critical": plog.SeverityNumberFatal,
}

// Write is the log records of rows; rows of one resource and scope that follow one
// another share them.
func Write(rows []finding.Row, observed time.Time) plog.Logs {
	ld := plog.NewLogs()
	var rl plog.ResourceLogs
	var sl plog.ScopeLogs
	for i := range rows {
		r := &rows[i]
		newResource := i == 0 || rows[i-1].Resource != r.Resource
		if newResource {
			rl = ld.ResourceLogs().AppendEmpty()
			for k, v := range r.Resource.All() {
				rl.Resource().Attributes().PutStr(k, v)
			}
		}
		if newResource || rows[i-1].Scope != r.Scope {
			sl = rl.ScopeLogs().AppendEmpty()
			sl.Scope().SetName(r.Scope)
		}
		write(sl.LogRecords().AppendEmpty(), r, observed)
	}
	return ld
}

func write(lr plog.LogRecord, r *finding.Row, observed time.Time) {
	lr.SetEventName(finding.EventName)
	lr.SetTimestamp(pcommon.NewTimestampFromTime(r.Last))
	lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(observed))
	lr.SetSeverityNumber(severities[r.Severity])
	m := lr.Attributes()
	m.EnsureCapacity(20)
	text := func(key, value string) {
		if value != "" {
			m.PutStr(key, value)
		}
	}
	number := func(key string, n int) {
		if n > 0 {
			m.PutInt(key, int64(n))
		}
	}
	outcome := outcomeMasked
	if r.Exposed {
		outcome = outcomeExposed
	}
	text(attrRule, r.Rule)
	text(attrClass, string(r.Class))
	text(attrSeverity, r.Severity)
	if r.Confidence != 0 {
		text(attrConfidence, r.Confidence.String())
	}
	text(attrAction, r.Action.String())
	text(attrOutcome, outcome)
	text(attrSignal, r.Signal.String())
	text(attrPlace, r.Part.String())
	text(attrField, r.Field)
	number(attrLength, r.Length)
	text(attrFingerprint, r.Fingerprint)
	number(attrCount, r.Count)
	text(attrFirst, r.First.UTC().Format(time.RFC3339Nano))
	text(attrLast, r.Last.UTC().Format(time.RFC3339Nano))
	text(attrTemplate, r.Template)
	if r.Overflow {
		m.PutInt(attrDistinct, int64(r.Distinct))
	}
	if len(r.Destinations) > 0 {
		s := m.PutEmptySlice(attrDestinations)
		for _, d := range r.Destinations {
			s.AppendEmpty().SetStr(d)
		}
	}
	text(attrSpan, r.Span)
	text(attrLevel, r.Level)
	text(attrBefore, r.VersionBefore)
	text(attrFile, r.File)
	number(attrLine, r.Line)
	text(attrFunction, r.Function)
}

// Is reports whether a log record is a finding.
func Is(lr plog.LogRecord) bool { return lr.EventName() == finding.EventName }

// Only is a copy of the records of ld that are findings, or say what became of a
// containment, with their resources and scopes; ok is false where there are none.
func Only(ld plog.Logs) (findings plog.Logs, ok bool) {
	findings = plog.NewLogs()
	for _, rl := range ld.ResourceLogs().All() {
		var toResource plog.ResourceLogs
		inResource := false
		for _, sl := range rl.ScopeLogs().All() {
			var toScope plog.ScopeLogs
			inScope := false
			for _, lr := range sl.LogRecords().All() {
				if !Is(lr) && lr.EventName() != ContainmentEventName {
					continue
				}
				if !inResource {
					inResource, toResource = true, findings.ResourceLogs().AppendEmpty()
					rl.Resource().CopyTo(toResource.Resource())
				}
				if !inScope {
					inScope, toScope = true, toResource.ScopeLogs().AppendEmpty()
					sl.Scope().CopyTo(toScope.Scope())
				}
				lr.CopyTo(toScope.LogRecords().AppendEmpty())
			}
		}
	}
	return findings, findings.ResourceLogs().Len() > 0
}

// The bounds of what is read: a record comes over the network, from whoever may send.
const (
	maxText         = 256
	maxDestinations = 32
	maxResource     = 64
	maxCount        = 1 << 40
)

// Read is the findings in ld, and how many records bear a finding's name and can't
// be read as one. Texts are bounded and templates made skeletons again, whoever
// wrote them.
func Read(ld plog.Logs) (rows []finding.Row, unread int) {
	for _, rl := range ld.ResourceLogs().All() {
		resource := readResource(rl.Resource().Attributes())
		for _, sl := range rl.ScopeLogs().All() {
			scope := bounded(sl.Scope().Name())
			for _, lr := range sl.LogRecords().All() {
				if !Is(lr) {
					continue
				}
				r, ok := read(lr)
				if !ok {
					unread++
					continue
				}
				r.Resource, r.Scope = resource, scope
				r.Service = resource.Get("service.name")
				rows = append(rows, r)
			}
		}
	}
	return rows, unread
}

func readResource(m pcommon.Map) finding.Attrs {
	var pairs [][2]string
	for k, v := range m.All() {
		if v.Type() == pcommon.ValueTypeStr && len(pairs) < maxResource {
			pairs = append(pairs, [2]string{bounded(k), bounded(v.Str())})
		}
	}
	return finding.NewAttrs(pairs)
}

func read(lr plog.LogRecord) (r finding.Row, ok bool) {
	m := lr.Attributes()
	text := func(key string) string {
		v, found := m.Get(key)
		if !found || v.Type() != pcommon.ValueTypeStr {
			return ""
		}
		return bounded(v.Str())
	}
	number := func(key string) int {
		v, found := m.Get(key)
		if !found || v.Type() != pcommon.ValueTypeInt {
			return 0
		}
		return int(max(0, min(v.Int(), maxCount)))
	}
	moment := func(key string) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, text(key))
		return t
	}
	r.Rule, r.Class, r.Severity = text(attrRule), rule.Class(text(attrClass)), text(attrSeverity)
	r.Count, r.First, r.Last = number(attrCount), moment(attrFirst), moment(attrLast)
	if !isID(r.Rule) || !slices.Contains(rule.Classes(), r.Class) || r.Count == 0 || r.First.IsZero() || r.Last.Before(r.First) {
		return r, false
	}
	if _, known := severities[r.Severity]; !known {
		r.Severity = ""
	}
	r.Confidence, _ = rule.ParseConfidence(text(attrConfidence))
	r.Action, _ = action.Parse(text(attrAction))
	r.Exposed = text(attrOutcome) == outcomeExposed
	r.Signal, r.Part = signalOf(text(attrSignal)), partOf(text(attrPlace))
	r.Field, r.Template = text(attrField), finding.Skeleton(text(attrTemplate))
	r.Length, r.Fingerprint = number(attrLength), text(attrFingerprint)
	if v, found := m.Get(attrDistinct); found && v.Type() == pcommon.ValueTypeInt {
		r.Overflow, r.Distinct = true, number(attrDistinct)
	}
	if v, found := m.Get(attrDestinations); found && v.Type() == pcommon.ValueTypeSlice {
		for _, d := range v.Slice().All() {
			if d.Type() == pcommon.ValueTypeStr && len(r.Destinations) < maxDestinations {
				r.Destinations = append(r.Destinations, bounded(d.Str()))
			}
		}
	}
	r.Span, r.Level = text(attrSpan), text(attrLevel)
	r.VersionBefore = text(attrBefore)
	r.File, r.Line, r.Function = text(attrFile), number(attrLine), text(attrFunction)
	return r, true
}

// isID reports whether s has the form of a rule's id: kebab-case.
func isID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-' && i > 0:
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func signalOf(name string) field.Signal {
	for s := field.Logs; s <= field.Metrics; s++ {
		if s.String() == name {
			return s
		}
	}
	return field.Text
}

func partOf(name string) field.Part {
	for p := field.Line; p <= field.ExemplarAttribute; p++ {
		if p.String() == name {
			return p
		}
	}
	return field.Line
}

// bounded is a text of at most maxText bytes in valid UTF-8.
func bounded(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "")
}
