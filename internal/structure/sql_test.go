package structure

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// withoutLiterals puts a placeholder in the place of each literal, as a mask does.
func withoutLiterals(text string, literals []Literal) string {
	var b strings.Builder
	at := 0
	for _, l := range literals {
		b.WriteString(text[at:l.Span.Start])
		if l.Quoted {
			b.WriteString(`"?"`)
		} else {
			b.WriteString("?")
		}
		at = l.Span.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// query is one row of a table test: a query, and what is left without its literals.
type query struct{ text, want string }

func runQueries(t *testing.T, read func([]Literal, string) []Literal, rows []query) {
	t.Helper()
	for _, row := range rows {
		got := withoutLiterals(row.text, checkLiterals(t, read, row.text))
		if got != row.want {
			t.Errorf("%s\n got %s\nwant %s", row.text, got, row.want)
		}
		if again := withoutLiterals(got, checkLiterals(t, read, got)); again != got {
			t.Errorf("%s\nbecomes %s", got, again)
		}
	}
}

// checkLiterals holds literals against what the readers promise for any text.
func checkLiterals(t *testing.T, read func([]Literal, string) []Literal, text string) []Literal {
	t.Helper()
	before := Literal{Span: span.Span{Start: -7}}
	all := read([]Literal{before}, text)
	if len(all) == 0 || all[0] != before {
		t.Fatalf("%q: what was there is gone", text)
	}
	end := 0
	for _, l := range all[1:] {
		if l.Span.Start < end || l.Span.Empty() || l.Span.End > len(text) || !l.Span.Contains(l.Value) || l.Value.Start > l.Value.End {
			t.Fatalf("%q: literal %+v after %d", text, l, end)
		}
		end = l.Span.End
	}
	return all[1:]
}

var sqlQueries = []query{
	// The standard.
	{`SELECT * FROM users WHERE name = 'Ann'`, `SELECT * FROM users WHERE name = ?`},
	{`SELECT 'it''s', '' FROM t`, `SELECT ?, ? FROM t`},
	{`SELECT a FROM t WHERE b IN (1, 2,3) AND c = -4.5e-3`, `SELECT a FROM t WHERE b IN (?, ?,?) AND c = ?`},
	{`INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')`, `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`},
	{`UPDATE t SET a = NULL, b = TRUE, c = false WHERE d = DATE '2026-01-02'`, `UPDATE t SET a = NULL, b = TRUE, c = false WHERE d = DATE ?`},
	{`SELECT a-1, a - 1, (-1) FROM t1 JOIN t2 ON t1.c1 = t2.c2 LIMIT 10`, `SELECT a-?, a - ?, (?) FROM t1 JOIN t2 ON t1.c1 = t2.c2 LIMIT ?`},
	{`SELECT .5, 5., 1.5E+10, a.b FROM s.t`, `SELECT ?, ?, ?, a.b FROM s.t`},
	{`SELECT "col 1", t."name" AS "Total (EUR)" FROM "T" WHERE "a"."b" = "c"."d"`, `SELECT "col 1", t."name" AS "Total (EUR)" FROM "T" WHERE "a"."b" = "c"."d"`},
	{`SELECT a -- it's Ann's` + "\n" + `FROM t WHERE b = 'x'`, `SELECT a -- it's Ann's` + "\n" + `FROM t WHERE b = ?`},
	{`SELECT /* isn't 5 */ a FROM t WHERE b = 5 /* cut`, `SELECT /* isn't 5 */ a FROM t WHERE b = ? /* cut`},
	{`SELECT a FROM t WHERE b LIKE 'x\_%' ESCAPE '\' AND c = 'y'`, `SELECT a FROM t WHERE b LIKE ? ESCAPE ? AND c = ?`},
	{`SELECT a FROM t WHERE dir = 'C:\' AND name = 'Ann'`, `SELECT a FROM t WHERE dir = ? AND name = ?`},
	{`SELECT a FROM t WHERE b='x'and c=5or d`, `SELECT a FROM t WHERE b=?and c=? d`},
	{`SELECT a FROM t WHERE b BETWEEN 'x' AND "y" AND "c" > 5`, `SELECT a FROM t WHERE b BETWEEN ? AND ? AND "c" > ?`},
	// Parameterised text.
	{`SELECT a FROM t WHERE b = ? AND c IN (?, ?) LIMIT 10`, `SELECT a FROM t WHERE b = ? AND c IN (?, ?) LIMIT 10`},
	{`SELECT a FROM t WHERE b = $1 AND 1 = 1 AND c = $2::int`, `SELECT a FROM t WHERE b = $1 AND 1 = 1 AND c = $2::int`},
	{`SELECT a FROM t WHERE b = :name AND c = :1 AND 1 = 1`, `SELECT a FROM t WHERE b = :name AND c = :1 AND 1 = 1`},
	{`SELECT a FROM t WHERE b = @p1 AND c >= @Name AND 1 = 1`, `SELECT a FROM t WHERE b = @p1 AND c >= @Name AND 1 = 1`},
	{`SELECT a FROM t WHERE b = %s AND c = %(name)s AND 1 = 1`, `SELECT a FROM t WHERE b = %s AND c = %(name)s AND 1 = 1`},
	{`SELECT a FROM t WHERE b = ?1 AND c = ?22`, `SELECT a FROM t WHERE b = ?1 AND c = ?22`},
	{`INSERT INTO t VALUES (?, 'Ann', 123456789, 12)`, `INSERT INTO t VALUES (?, ?, ?, 12)`},
	// PostgreSQL.
	{`SELECT E'it\'s', e'a\\', U&'d\0061' FROM t`, `SELECT ?, ?, ? FROM t`},
	{`SELECT $$it's$$, $q$ $$ $q$, 'x'::text, ARRAY[1, 'x'], c[1:2]`, `SELECT ?, ?, ?::text, ARRAY[?, ?], c[?:?]`},
	{`SELECT a->>'b', a #> '{c}', a ? 'd' FROM t`, `SELECT a->>?, a #> ?, a ? ? FROM t`},
	{`SELECT 1_000_000, 0x1f_ff, 0b01, 1::int8`, `SELECT ?, ?, ?, ?::int8`},
	{`CREATE ROLE shop PASSWORD 'kestrel'`, `CREATE ROLE shop PASSWORD ?`},
	{`SELECT B'01', X'1F', INTERVAL '1 day'`, `SELECT ?, ?, INTERVAL ?`},
	{`SELECT a FROM t WHERE b = $tag$cut 'x`, `SELECT a FROM t WHERE b = ?`},
	// MySQL.
	{"SELECT `a 5`, \"x\" FROM `t` WHERE b = \"y\"", "SELECT `a 5`, ? FROM `t` WHERE b = ?"},
	{`SELECT a FROM t WHERE b = "it's" AND c LIKE "%x%" AND d IN ("x", "y")`, `SELECT a FROM t WHERE b = ? AND c LIKE ? AND d IN (?, ?)`},
	{`SELECT a FROM t WHERE b = 'it\'s' AND c = 'x'`, `SELECT a FROM t WHERE b = ? AND c = ?`},
	{`SELECT a FROM t WHERE b = 'say \'hi\' now' AND c = "a \"b\" c"`, `SELECT a FROM t WHERE b = ? AND c = ?`},
	{`INSERT INTO t VALUES ("x", now(), concat("y", "z")) ON DUPLICATE KEY UPDATE a = "x"`, `INSERT INTO t VALUES (?, now(), concat(?, ?)) ON DUPLICATE KEY UPDATE a = ?`},
	{`SELECT _utf8mb4'x', 0x1F, x'1f', b'01', 2fa_codes.id FROM 2fa_codes`, `SELECT ?, ?, ?, ?, 2fa_codes.id FROM 2fa_codes`},
	{`SELECT /*!50003 'x', */ /*+ MAX_EXECUTION_TIME(1000) */ 5`, `SELECT /*!50003 ?, */ /*+ MAX_EXECUTION_TIME(1000) */ ?`},
	{`CREATE USER 'shop'@'%' IDENTIFIED WITH caching_sha2_password BY 'kestrel'`, `CREATE USER ?@? IDENTIFIED WITH caching_sha2_password BY ?`},
	{`SELECT a FROM t WHERE mail = lower("ann@example.com")`, `SELECT a FROM t WHERE mail = lower(?)`},
	// SQL Server.
	{`SELECT [a], [order 2026].[b] FROM [dbo].[t 1] WHERE c = N'x' AND d = 0x1F`, `SELECT [a], [order 2026].[b] FROM [dbo].[t 1] WHERE c = ? AND d = ?`},
	{`EXEC sp_x @id = 5, @name = N'x'`, `EXEC sp_x @id = ?, @name = ?`},
	{`SELECT TOP 10 * FROM #tmp1 WHERE a = @@ROWCOUNT`, `SELECT TOP ? * FROM #tmp1 WHERE a = @@ROWCOUNT`},
	// Oracle.
	{`SELECT q'[it's]', Q'{a}', q'<b>', nq'!c!', q'(d)' FROM v$session`, `SELECT ?, ?, ?, ?, ? FROM v$session`},
	{`ALTER USER shop IDENTIFIED BY kestrel41#x REPLACE heron`, `ALTER USER shop IDENTIFIED BY ? REPLACE ?`},
	{`ALTER USER shop IDENTIFIED BY "Kestrel 41" ACCOUNT UNLOCK`, `ALTER USER shop IDENTIFIED BY ? ACCOUNT UNLOCK`},
	{`SELECT a FROM t ORDER BY "b" FETCH FIRST 5 ROWS ONLY`, `SELECT a FROM t ORDER BY "b" FETCH FIRST ? ROWS ONLY`},
	{`SELECT q'[cut 'x' ]`, `SELECT ?`},
	// SQLite.
	{`SELECT x'1f', "a" FROM t WHERE b GLOB 'x*' AND c = "y"`, `SELECT ?, "a" FROM t WHERE b GLOB ? AND c = ?`},
	// CQL, Cypher and others written like SQL.
	{`SELECT a FROM t WHERE id = 123e4567-e89b-12d3-a456-426614174000 AND b = {'x': 1} AND d = 1h30m`, `SELECT a FROM t WHERE id = ? AND b = {?: ?} AND d = ?`},
	{`SELECT a FROM t WHERE id = a23e4567-e89b-12d3-a456-426614174000`, `SELECT a FROM t WHERE id = ?`},
	{`MATCH (n:Person {name: "Ann", age: 41})-[:KNOWS*1..5]->(m) RETURN m.name`, `MATCH (n:Person {name: ?, age: ?})-[:KNOWS*?..?]->(m) RETURN m.name`},
	{`db.users.find({name: "Ann", age: {$gt: 41}})`, `db.users.find({name: ?, age: {$gt: ?}})`},
	{`{call shop_login(?, 'x')}`, `{call shop_login(?, ?)}`},
	// Cut off.
	{`SELECT a FROM t WHERE b = 'Ann Ex`, `SELECT a FROM t WHERE b = ?`},
	{`SELECT a FROM t WHERE b = "Ann Ex`, `SELECT a FROM t WHERE b = ?`},
	{`INSERT INTO t VALUES ('it\'s', 'secr`, `INSERT INTO t VALUES (?, ?`},
	{`INSERT INTO t VALUES ('say \' kestrel`, `INSERT INTO t VALUES (?`},
	{`SELECT a FROM t WHERE b = 12`, `SELECT a FROM t WHERE b = ?`},
	// Masks that stand there already.
	{`SELECT a FROM t WHERE b = [redacted:email] AND c = 'x'`, `SELECT a FROM t WHERE b = [redacted:email] AND c = ?`},
	{`[airtight: too deep]`, `[airtight: too deep]`},
	{``, ``},
}

var otherQueries = []query{
	// MongoDB and Elasticsearch.
	{`{"find":"users","filter":{"mail":"ann@example.com","age":{"$gt":41},"ok":true,"x":null}}`, `{"find":"users","filter":{"mail":"?","age":{"$gt":"?"},"ok":true,"x":null}}`},
	{`{"insert": "users", "documents": [{"a": "x\"y", "n": -1.5e+3, "e": ""}]}`, `{"insert": "users", "documents": [{"a": "?", "n": "?", "e": ""}]}`},
	{`{"query":{"match":{"find":"x"}},"size":10}`, `{"query":{"match":{"find":"?"}},"size":"?"}`},
	{`{"filter":"x","find":"users"}`, `{"filter":"?","find":"?"}`},
	{`[{"$match":{"a":"x"}},{"$limit":5}]`, `[{"$match":{"a":"?"}},{"$limit":"?"}]`},
	{`{find: "users", filter: {name: 'x', _id: ObjectId("0a1b")}}`, `{find: "users", filter: {name: '?', _id: ObjectId("?")}}`},
	{`{"index":{}}` + "\n" + `{"a":"x"}`, `{"index":{}}` + "\n" + `{"a":"?"}`},
	{`{"find":"users","filter":{"a":"cut`, `{"find":"users","filter":{"a":"?`},
	// Redis.
	{`SET user:1 hunter`, `SET user:1 ?`},
	{`SET mykey ?`, `SET mykey ?`},
	{`set k "a b" EX 60`, `set k ? ? ?`},
	{`HSET user:1 mail ann@example.com age 41`, `HSET user:1 ? ? ? ?`},
	{`MSET a 1 b "x y`, `MSET a ? b ?`},
	{`AUTH shop kestrel`, `AUTH ? ?`},
	{`GET user:1`, `GET user:1`},
	{`DEL a b c`, `DEL a b c`},
	{"GET a\nSET b x\nsecond line of x", "GET a\nSET b ?\n? ? ? ?"},
	{"MULTI\nRPUSH q 'x'\n\nGET q", "MULTI\nRPUSH q ?\n\nGET q"},
	// SQL that begins like Redis.
	{`SET search_path TO 'x'`, `SET search_path TO ?`},
	{`SET @a = 'x'`, `SET @a = ?`},
	{`SET NOCOUNT ON`, `SET NOCOUNT ON`},
	{`SET NAMES 'utf8'`, `SET NAMES ?`},
	{`SET a=5`, `SET a=?`},
}

// dialects are ways to write a string, by what its quotes would read as elsewhere.
var dialects = map[string][]func(content string) string{
	"standard":   {doubling(`'`)},
	"postgresql": {doubling(`'`), escaping("E'", `'`), dollars("$$"), dollars("$a1$"), doubling(`U&'`)},
	"mysql":      {escaping(`'`, `'`), escaping(`"`, `"`)},
	"sql server": {doubling(`'`), doubling(`N'`)},
	"oracle":     {doubling(`'`), chosen("q'[", "]'"), chosen("Q'!", "!'"), doubling(`N'`)},
}

func doubling(open string) func(string) string {
	return func(s string) string { return open + strings.ReplaceAll(s, `'`, `''`) + `'` }
}

func escaping(open, closing string) func(string) string {
	return func(s string) string {
		return open + strings.NewReplacer(`\`, `\\`, closing, `\`+closing).Replace(s) + closing
	}
}

func dollars(tag string) func(string) string {
	return func(s string) string { return tag + strings.ReplaceAll(s, "$", "") + tag }
}

func chosen(open, closing string) func(string) string {
	return func(s string) string { return open + strings.ReplaceAll(s, closing[:1], "") + closing }
}

// TestNoLiteralSurvives writes a word into strings of every dialect beside what each
// of them must not be read as.
func TestNoLiteralSurvives(t *testing.T) {
	const word = "kestrel"
	piece := rapid.SampledFrom([]string{word, word, " ", "'", `"`, `\`, "`", "--", "/*", "*/", "$$", "$", "]", "[", "(", ")", ",", ";", "\n", "x", "5", "?", ":a", "AND", "="})
	for name, writers := range dialects {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var b strings.Builder
				b.WriteString("SELECT a FROM t WHERE b = ")
				for n := range rapid.IntRange(1, 4).Draw(t, "strings") {
					if n > 0 {
						b.WriteString(rapid.SampledFrom([]string{" AND c = ", ") AND d IN (", ", e = ", " LIKE ", " OR f<>"}).Draw(t, "between"))
					}
					content := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "content"), "")
					b.WriteString(rapid.SampledFrom(writers).Draw(t, "writer")(content))
				}
				text := b.String()
				if cut := rapid.IntRange(0, 2*len(text)).Draw(t, "cut"); cut < len(text) {
					text = text[:cut]
				}
				if left := withoutLiterals(text, SQLLiterals(nil, text)); strings.Contains(left, word) {
					t.Fatalf("%s\nbecomes %s", text, left)
				}
			})
		})
	}
}

func TestSQLLiterals(t *testing.T) { runQueries(t, SQLLiterals, sqlQueries) }

func TestQueryLiterals(t *testing.T) {
	runQueries(t, QueryLiterals, sqlQueries)
	runQueries(t, QueryLiterals, otherQueries)
}

var graphQLQueries = []query{
	{`query findBook { bookById(id: "b-17") { name } }`, `query findBook { bookById(id: "?") { name } }`},
	{`{ book(id: 17, price: -1.5e+3, ok: true, x: null, kind: NOVEL) { name2 } }`, `{ book(id: "?", price: "?", ok: true, x: null, kind: NOVEL) { name2 } }`},
	{`query ($id: ID!, $n: Int = 10) { book(id: $id, in: {a: ["x", $b]}) @include(if: $c) { id } }`, `query ($id: ID!, $n: Int = "?") { book(id: $id, in: {a: ["?", $b]}) @include(if: $c) { id } }`},
	{`mutation { login(pw: """a "b" \""" c""", e: "", f: """""") { t } }`, `mutation { login(pw: """?""", e: "", f: """""") { t } }`},
	{`{ a(x: "say \"hi\"") } # it's 5` + "\n" + `{ b }`, `{ a(x: "?") } # it's 5` + "\n" + `{ b }`},
	{`{ book(id: ?) { name } }`, `{ book(id: ?) { name } }`},
	{`{ a(x: "cut`, `{ a(x: "?`},
	{"{ a(x: \"cut\nb(y: \"z\")", `{ a(x: "?`},
	{`{ a(x: """cut "z"`, `{ a(x: """?`},
	{`{ a(x: "[redacted:email]") }`, `{ a(x: "?") }`},
}

func TestGraphQLLiterals(t *testing.T) { runQueries(t, GraphQLLiterals, graphQLQueries) }

func TestLiteralValue(t *testing.T) {
	for text, want := range map[string][]string{
		`a = 'x' AND b = N'y' AND c = 5 AND d = $$z$$ AND e = q'[w]'`: {"x", "y", "5", "z", "w"},
		`a = "x" AND b = 'cut`: {"x", "cut"},
		`HSET k 'a b' c`:       {"a b", "c"},
		`{"a":"x","b":5}`:      {"x", "5"},
	} {
		var got []string
		for _, l := range QueryLiterals(nil, text) {
			got = append(got, l.Value.In(text))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: values %q, want %q", text, got, want)
		}
	}
}

// TestLiteralsLinear gives a reader that goes back again and again no chance to
// come to an end: it would take a minute and more where a good one takes a tenth of a
// second.
func TestLiteralsLinear(t *testing.T) {
	const size, most = 1 << 20, 10 * time.Second
	room := make([]Literal, 0, size)
	for _, read := range []func([]Literal, string) []Literal{QueryLiterals, SQLLiterals, GraphQLLiterals} {
		for _, unit := range []string{`'`, `"`, "`", `$`, `$a`, `$$`, `[`, `(`, `/*`, `--`, `q'[`, `\'`, `a`, `5`, `-`, `1_`, `%(`, `:a`, `{"a":`, `"a`, `{`, "SET a\n", `"""`, `\"""`, `'a' `} {
			text := strings.Repeat(unit, size/len(unit))
			start := time.Now()
			read(room, text)
			if took := time.Since(start); took > most {
				t.Errorf("%q: %v for a megabyte", unit, took)
			}
		}
	}
}

func FuzzLiterals(f *testing.F) {
	for _, table := range [][]query{sqlQueries, otherQueries, graphQLQueries} {
		for _, q := range table {
			f.Add(q.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func([]Literal, string) []Literal{QueryLiterals, SQLLiterals, GraphQLLiterals} {
			literals := checkLiterals(t, read, text)
			masked := withoutLiterals(text, literals)
			if again := checkLiterals(t, read, masked); len(again) > 0 {
				t.Errorf("%q becomes %q, which still has literals: %q", text, masked, withoutLiterals(masked, again))
			}
		}
	})
}
