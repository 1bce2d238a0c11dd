// Package cause says why a leak may have come to be, from where it stands and
// since when. It is a hypothesis with its reason, for people to look into first.
package cause

import (
	"fmt"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

// Kind is a cause in one word.
type Kind string

// The kinds.
const (
	NewVersion      Kind = "new-version"
	HeaderCapture   Kind = "header-capture"
	SQLText         Kind = "sql-text"
	Prompt          Kind = "prompt"
	ExceptionText   Kind = "exception-text"
	URL             Kind = "url"
	CredentialField Kind = "credential-field"
	LegacyAttribute Kind = "legacy-attribute"
	DebugLevel      Kind = "debug-level"
	LogText         Kind = "log-text"
	Unknown         Kind = "unknown"
)

// Evidence is what is known of a leak.
type Evidence struct {
	// Signal and Place are where it stands, as findings name them.
	Signal, Place string
	// Field is the attribute's path, Template the skeleton of the text.
	Field, Template string
	// Level is the severity of the log record in lower case.
	Level string
	// Version is the service's version the leak was first seen with, Before one that
	// was seen earlier and did not leak this; either may be empty.
	Version, Before string
}

// Cause is one hypothesis.
type Cause struct {
	Kind Kind
	// Reason is a sentence that says what speaks for it.
	Reason string
	// Remedy is a sentence that says what to change at the source.
	Remedy string
}

// legacy maps attribute names of older semantic conventions to the ones in force.
// https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/ and
// https://opentelemetry.io/docs/specs/semconv/non-normative/db-migration/
var legacy = map[string]string{
	"http.url": "url.full", "http.target": "url.path and url.query", "http.client_ip": "client.address",
	"http.user_agent": "user_agent.original", "http.method": "http.request.method", "http.host": "server.address",
	"net.peer.ip": "network.peer.address", "net.peer.name": "server.address", "net.sock.peer.addr": "network.peer.address",
	"db.statement": "db.query.text", "db.user": "none, it was removed", "db.connection_string": "server.address",
	"enduser.id": "user.id", "code.filepath": "code.file.path", "exception.escaped": "none, it was removed",
}

var credentialWords = func() (s rule.KeySet) {
	for _, w := range []string{
		"password", "passwd", "pwd", "passphrase", "secret", "token", "api key", "apikey", "access key", "private key",
		"authorization", "credential", "credentials", "cookie", "session id", "pin", "cvv",
	} {
		s.Add(w, 0)
	}
	return s
}()

// Of returns the hypotheses that the evidence speaks for, the most telling first.
// There is always one.
func Of(e Evidence) []Cause {
	var causes []Cause
	say := func(k Kind, remedy, reason string, args ...any) {
		causes = append(causes, Cause{k, fmt.Sprintf(reason, args...), remedy})
	}
	field := strings.ToLower(e.Field)
	if e.Version != "" && e.Before != "" && e.Version != e.Before {
		say(NewVersion, "Compare what the two versions log and record, or roll back.",
			"It began with version %s; version %s was seen before and did not leak this.", e.Version, e.Before)
	}
	switch {
	case hasPrefix(field, "http.request.header.", "http.response.header.", "rpc.request.metadata.", "rpc.response.metadata.", "messaging.header."):
		say(HeaderCapture, "Take the header out of the instrumentation's list of captured headers.", "The field %s is a header that the instrumentation was told to capture.", e.Field)
	case hasPrefix(field, "db.query.", "db.statement", "db.operation.parameter", "sql.") || isSQL(e.Template):
		say(SQLText, "Use bound parameters, and turn on statement sanitising in the database instrumentation.", "The text is a database statement with its values in it.")
	case hasPrefix(field, "gen_ai.", "llm.", "traceloop.", "openinference.") || hasWord(field, "prompt", "completion"):
		say(Prompt, "Turn off the capture of message content in the instrumentation.", "The field %s holds what was said to or by a language model.", e.Field)
	case hasPrefix(field, "exception.") || e.Place == "status.message" || isException(e.Template):
		say(ExceptionText, "Keep values out of error messages: wrap the error with what happened, not with what was passed.", "The value stands in the text of an exception or an error.")
	case hasPrefix(field, "url.", "http.url", "http.target", "http.route"):
		say(URL, "Send such values in a header or a body, not in a URL.", "The value stands in a URL, which many programs log.")
	}
	if e.Field != "" && credentialWords.Contains(e.Field) {
		say(CredentialField, "Do not record this field.", "The field %s is named as a credential is.", e.Field)
	}
	if current, old := legacy[field]; old {
		say(LegacyAttribute, "Update the instrumentation: newer ones sanitise more.", "The attribute %s is of older semantic conventions; its place is taken by %s.", e.Field, current)
	}
	if e.Level == "debug" || e.Level == "trace" {
		say(DebugLevel, "Raise the log level of this logger in production.", "The record has the level %s, which is not meant for production.", e.Level)
	}
	if len(causes) == 0 && e.Signal == "logs" {
		say(LogText, "Change the log statement with this template so that the value is not part of it.", "The value is part of what the program logs.")
	}
	if len(causes) == 0 {
		say(Unknown, "Look at the instrumentation that sets this field.", "Nothing about the place says why.")
	}
	return causes
}

func hasPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// hasWord reports whether one of a path's keys is one of the words.
func hasWord(path string, words ...string) bool {
	for key := range strings.SplitSeq(path, ".") {
		for _, w := range words {
			if key == w {
				return true
			}
		}
	}
	return false
}

// isSQL goes by how a statement begins, and by a word that follows then.
func isSQL(template string) bool {
	t := " " + strings.ToLower(template) + " "
	for begin, then := range map[string]string{"select ": " from ", "insert ": " into ", "update ": " set ", "delete ": " from "} {
		if i := strings.Index(t, " "+begin); i >= 0 && strings.Contains(t[i:], then) {
			return true
		}
	}
	return false
}

// isException goes by the names of exceptions and the first words of stack traces.
func isException(template string) bool {
	for _, mark := range []string{"Exception", "Traceback (most recent call last)", "panic:", "Caused by:", "stack trace"} {
		if strings.Contains(template, mark) {
			return true
		}
	}
	return false
}
