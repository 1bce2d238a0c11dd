package guard

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

func TestQueries(t *testing.T) {
	g := newGuard(t, nil)
	for _, c := range []struct{ key, text, want string }{
		{"db.statement", `SELECT a FROM t WHERE b = 'x' AND c = 5`, `SELECT a FROM t WHERE b = ? AND c = ?`},
		{"db.statement", `SELECT a FROM t WHERE b = $1 LIMIT 10`, `SELECT a FROM t WHERE b = $1 LIMIT 10`},
		{"db.summary", `SELECT a FROM t WHERE b = 'x'`, `SELECT a FROM t WHERE b = 'x'`},
		// What another rule is surer of keeps its name.
		{"db.statement", `SELECT a FROM t WHERE b = 'joe@example.org'`, `SELECT a FROM t WHERE b = [redacted:email]`},
		{"db.statement", `SELECT a FROM t WHERE b = 4111111111111111`, `SELECT a FROM t WHERE b = [redacted:card]`},
		{"db.statement", `SELECT a FROM t WHERE password = 'hunter2'`, `SELECT a FROM t WHERE password = ?`},
		{"db.statement", `SELECT a -- for joe@example.org`, `SELECT a -- for [redacted:email]`},
		// Masks that stand there keep their bytes.
		{"db.statement", `SELECT a FROM t WHERE b = 'x [redacted:email] y'`, `SELECT a FROM t WHERE b = ?[redacted:email]?`},
		{"db.statement", `{"find":"t","filter":{"b":"x [redacted:email] y"}}`, `{"find":"t","filter":{"b":"?[redacted:email]?"}}`},
		{"db.statement", `[redacted:query]`, `[redacted:query]`},
		// Inside other writing.
		{"db.statement", `{"find":"t","filter":{"b":"x","c":5}}`, `{"find":"t","filter":{"b":"?","c":"?"}}`},
		{"msg", `{"db.statement":"SELECT 'x', \"a\" FROM t WHERE c = 5"}`, `{"db.statement":"SELECT ?, \"a\" FROM t WHERE c = ?"}`},
		{"msg", `{"db.statement":"{\"find\":\"t\",\"n\":5}"}`, `{"db.statement":"{\"find\":\"t\",\"n\":\"?\"}"}`},
		{"msg", `{"db.statement":"[5,6]"}`, `{"db.statement":"[\"?\",\"?\"]"}`},
		{"msg", `{"db.statement":5}`, `{"db.statement":"?"}`},
		{"msg", `db.statement="SELECT a FROM t WHERE b = 'x'" rows=5`, `db.statement="SELECT a FROM t WHERE b = ?" rows=5`},
		{"msg", `GET /x?db.statement=SELECT%205&n=1`, `GET /x?db.statement=REDACTED&n=1`},
		{"msg", `GET /x?db.statement=SELECT%20a&n=1`, `GET /x?db.statement=SELECT%20a&n=1`},
		{"graphql.document", `{ a(b: "x", c: 5, d: NOVEL) }`, `{ a(b: "?", c: "?", d: NOVEL) }`},
		{"graphql.document", `{ a(b: 4111111111111111, c: "joe@example.org") }`, `{ a(b: "[redacted:card]", c: "[redacted:email]") }`},
		{"msg", `{"graphql.document":"{ a(b: 5) }"}`, `{"graphql.document":"{ a(b: \"?\") }"}`},
		{"msg", `{"graphql.document":"{ a(b: \"x\", c: 5) }"}`, `{"graphql.document":"{ a(b: \"?\", c: \"?\") }"}`},
		{"msg", `{"m":"{\"graphql.document\":\"{ a(b: 5) }\"}"}`, `{"m":"{\"graphql.document\":\"{ a(b: \\\"?\\\") }\"}"}`},
		{"msg", `{"graphql.document":"{ a(b: 5, c: &#39;) }"}`, `{"graphql.document":"{ a(b: \"?\", c: &#39;) }"}`},
		{"msg", `{"graphql.document":"{ a(b: 5, c:=C3=A9) }"}`, `{"graphql.document":"{ a(b: \"?\", c:=C3=A9) }"}`},
		{"msg", `graphql.document="{ a(b: 5) }" n=5`, `graphql.document="{ a(b: ?) }" n=5`},
		{"db.query.parameter.mail", `x`, `[redacted:parameter]`},
		{"db.query.parameter.a.b", `x`, `[redacted:parameter]`},
		{"my.db.query.parameter.a", `x`, `x`},
		{"msg", `{"db.query.parameter.0":5,"n":5}`, `{"db.query.parameter.0":"[redacted:parameter]","n":5}`},
		{"msg", `db.query.parameter.name=x n=5`, `db.query.parameter.name=[redacted:parameter] n=5`},
	} {
		got := under(g, c.key, c.text)
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.key, c.text, got, c.want)
		}
		if again := under(g, c.key, got); again != got {
			t.Errorf("%s: %s is not stable: %s", c.key, got, again)
		}
	}
}

// TestQueryLeft holds that a policy can leave a query as it is, for all but what is
// secret without its key.
func TestQueryLeft(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Fields.Leave = []string{"db.statement"} })
	if got, want := under(g, "db.statement", `SELECT 'x', 'pat_0123456789ab'`), `SELECT 'x', '[redacted:pat]'`; got != want {
		t.Errorf("got %s", got)
	}
	g = newGuard(t, func(p *policy.Policy) { p.Allow = []policy.Allow{{Value: "active", Reason: "a state"}} })
	if got, want := under(g, "db.statement", `SELECT 'active', 'x'`), `SELECT 'active', ?`; got != want {
		t.Errorf("got %s", got)
	}
}

// TestQueryNotProven holds that what was a literal in one place is not masked where it
// stands elsewhere: most literals are ids.
func TestQueryNotProven(t *testing.T) {
	g := newGuard(t, nil)
	s := g.Session(context.Background())
	defer s.Close()
	place := field.Place{Part: field.Attribute, Key: "db.statement", Path: "db.statement"}
	s.Add(field.Slot{Ref: 1, Text: "SELECT a FROM t WHERE id = '0f9K4x2QpelicanZ7'", Place: place})
	place.Key, place.Path = "order.id", "order.id"
	s.Add(field.Slot{Ref: 2, Text: "0f9K4x2QpelicanZ7", Place: place})
	edits, _ := s.Resolve()
	if len(edits) != 1 || edits[0].Ref != 1 {
		t.Errorf("%d edits, want one of the query alone", len(edits))
	}
}

// TestQueryLong cuts a query in the middle of a string: what follows the cut could
// be taken for SQL, and the other way round.
func TestQueryLong(t *testing.T) {
	g := newGuard(t, func(p *policy.Policy) { p.Limits.MaxValue = 2 * overlap })
	text := "SELECT '" + strings.Repeat("kestrel ", overlap/2) + "', '" + strings.Repeat("heron ", overlap/2) + "'"
	got := under(g, "db.statement", text)
	if strings.Contains(got, "kestrel") || strings.Contains(got, "heron") || !strings.HasPrefix(got, "SELECT ?") {
		t.Error("a part of a long query came through")
	}
	if again := under(g, "db.statement", got); again != got {
		t.Error("a long query is not stable")
	}
}

var queryFragment = rapid.SampledFrom([]string{
	"SELECT ", " FROM t WHERE a = ", " LIKE ", " IN (", ")", "VALUES (", ", ", "'x'", "'", "''", "N'", "E'", "q'[", "]'", "$$", "$1", "?", "\"", "\\\"", "\\'", "\\", "`", "[", "]",
	"5", "-5", "0x1F", "1e5", ":a", "@p", "%s", "--", "\n", "/*", "*/", "joe@example.org", "4111111111111111", "pat_0123456789ab", "[redacted:email]", "[redacted:none]", "****org",
	"{", "}", "{\"find\":\"t\",", "\"a\":", "\"x\"", "SET k ", "HSET k ", "\"\"\"", "{ a(b: ", "#", " ", "a", "é", "\xff", "db.statement=\"", "graphql.document='", "%27",
})

// TestQueryStable is invariants 3 and 8 for queries: as an attribute, in a log line
// and in JSON.
func TestQueryStable(t *testing.T) {
	g := newGuard(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(queryFragment, 0, 14).Draw(t, "parts"), "")
		key := rapid.SampledFrom([]string{"db.statement", "graphql.document"}).Draw(t, "key")
		stable := func(key, text string) string {
			once := under(g, key, text)
			if twice := under(g, key, once); twice != once {
				t.Fatalf("%s: %q\n once %q\ntwice %q", key, text, once, twice)
			}
			if strings.HasPrefix(once, "[airtight:") && !strings.HasPrefix(text, "[airtight:") {
				t.Fatalf("%s: %q comes to no end", key, text)
			}
			return once
		}
		stable(key, text)
		stable("msg", key+"="+text)
		stable("msg", key+`="`+text+`" n=5`)
		inner, err := json.Marshal(map[string]any{key: text, "n": 5})
		if err != nil {
			t.Fatal(err)
		}
		if got := stable("msg", string(inner)); !json.Valid([]byte(got)) {
			t.Fatalf("%s\nis no longer JSON:\n%s", inner, got)
		}
	})
}
