package cause

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		evidence Evidence
		want     string
	}{
		{Evidence{Signal: "logs", Place: "body", Template: "login of [redacted:email]"}, "log-text"},
		{Evidence{Signal: "metrics", Place: "attribute", Field: "peer"}, "unknown"},
		{Evidence{Signal: "logs", Place: "body", Level: "debug"}, "debug-level"},
		{Evidence{Signal: "logs", Place: "body", Level: "trace", Version: "2.0", Before: "1.9"}, "new-version debug-level"},
		{Evidence{Signal: "logs", Place: "body", Version: "2.0"}, "log-text"},
		{Evidence{Signal: "logs", Place: "body", Version: "2.0", Before: "2.0"}, "log-text"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "http.request.header.authorization"}, "header-capture credential-field"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "http.request.header.x-forwarded-for"}, "header-capture"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "db.statement"}, "sql-text legacy-attribute"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "db.query.text"}, "sql-text"},
		{Evidence{Signal: "logs", Place: "body", Template: "run SELECT name FROM users WHERE mail = [redacted:email]"}, "sql-text"},
		{Evidence{Signal: "logs", Place: "body", Template: "please select one from the list"}, "sql-text"},
		{Evidence{Signal: "logs", Place: "body", Template: "update of user failed"}, "log-text"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "gen_ai.input.messages"}, "prompt"},
		{Evidence{Signal: "logs", Place: "attribute", Field: "request.prompt"}, "prompt"},
		{Evidence{Signal: "traces", Place: "span_event.attribute", Field: "exception.message"}, "exception-text"},
		{Evidence{Signal: "traces", Place: "status.message"}, "exception-text"},
		{Evidence{Signal: "logs", Place: "body", Template: "java.lang.IllegalArgumentException: bad key [redacted:jwt]"}, "exception-text"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "url.full"}, "url"},
		{Evidence{Signal: "traces", Place: "attribute", Field: "http.target"}, "url legacy-attribute"},
		{Evidence{Signal: "logs", Place: "attribute", Field: "userPassword"}, "credential-field"},
		{Evidence{Signal: "logs", Place: "attribute", Field: "tokenizer"}, "log-text"},
	} {
		var kinds []string
		for _, cause := range Of(c.evidence) {
			kinds = append(kinds, string(cause.Kind))
			if cause.Reason == "" || cause.Remedy == "" || strings.Contains(cause.Reason, "%!") {
				t.Errorf("%+v: %+v", c.evidence, cause)
			}
		}
		if got := strings.Join(kinds, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.evidence, got, c.want)
		}
	}
}
