package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// Literal is a constant that is written out in a query: what a parameter would
// stand for.
type Literal struct {
	// Span is what a placeholder takes the place of: of a string in SQL with its
	// quotes and prefix, of one in JSON or GraphQL without, so that the text stays
	// JSON or GraphQL.
	Span span.Span
	// Value is the constant itself, without quotes, its escapes not undone.
	Value span.Span
	// Quoted says that a placeholder needs quotes: a number of JSON or GraphQL.
	Quoted bool

	number bool // of SQL
}

// placeholder is what the semantic conventions put in a literal's place.
const placeholder = "?"

// QueryLiterals appends the literals of a database query to dst, in order and
// disjoint. The kind of database is not known, so the text's shape decides: a JSON
// document (MongoDB, Elasticsearch), a Redis command, else SQL and what is written
// like it. It is linear in text.
func QueryLiterals(dst []Literal, text string) []Literal {
	switch {
	case isDocument(text):
		return documentLiterals(dst, text)
	case isCommand(text):
		return commandLiterals(dst, text)
	}
	return SQLLiterals(dst, text)
}

// isDocument reports whether text begins like a JSON object or array, its keys
// perhaps without quotes as in the shell of MongoDB. {call f(?)} and [dbo].[f] are SQL.
func isDocument(text string) bool {
	t := strings.TrimLeft(text, " \t\r\n")
	if t == "" {
		return false
	}
	inner := strings.TrimLeft(t[1:], " \t\r\n")
	switch {
	case t[0] == '[':
		return inner == "" || strings.IndexByte(`"'{[]-`, inner[0]) >= 0 || isDigit(inner[0])
	case t[0] != '{':
		return false
	case inner == "" || strings.IndexByte(`"'}`, inner[0]) >= 0:
		return true
	}
	n := 0
	for n < len(inner) && n < maxKey && (isSQLWord(inner[n]) || inner[n] == '.') {
		n++
	}
	return n > 0 && strings.HasPrefix(strings.TrimLeft(inner[n:], " \t"), ":")
}

// mongoCommands are the commands whose first member names a collection, which
// stays (https://www.mongodb.com/docs/manual/reference/command/).
var mongoCommands = map[string]bool{
	"find": true, "insert": true, "update": true, "delete": true, "aggregate": true, "count": true, "distinct": true,
	"findAndModify": true, "findandmodify": true, "mapReduce": true, "create": true, "drop": true, "createIndexes": true,
	"listIndexes": true, "dropIndexes": true, "collStats": true,
}

// documentLiterals appends the strings and numbers of a JSON document that are no
// keys. It reads tokens and needs no valid document: several in a row, single
// quotes, bare keys and one that was cut off are read as well.
func documentLiterals(dst []Literal, text string) []Literal {
	depth, first, command := 0, true, false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"' || c == '\'':
			in, next := quotedIn(text, i)
			key := opensValue(text, next)
			switch {
			case key:
				command = depth == 1 && first && mongoCommands[in.In(text)]
			case command:
				command = false
			case !in.Empty() && in.In(text) != placeholder:
				dst = append(dst, Literal{Span: in, Value: in})
			}
			i = next
		case isDigit(c) || c == '-' && i+1 < len(text) && isDigit(text[i+1]):
			stop := i + 1
			for stop < len(text) && (isSQLWord(text[stop]) || text[stop] == '.' || isSign(text[stop]) && text[stop-1]|0x20 == 'e') {
				stop++
			}
			if s := (span.Span{Start: i, End: stop}); !opensValue(text, stop) {
				dst = append(dst, Literal{Span: s, Value: s, Quoted: true})
				command = false
			}
			i = stop
		case isSQLWord(c):
			stop := sqlWordEnd(text, i)
			command = depth == 1 && first && mongoCommands[text[i:stop]] && opensValue(text, stop)
			i = stop
		default:
			switch c {
			case '{', '[':
				depth++
				command = false
			case '}', ']':
				depth--
			case ',':
				first = first && depth != 1
			}
			i++
		}
	}
	return dst
}

// quotedIn reads the string that the quote at i opens: a backslash escapes what
// follows it, and one that is never closed ends with the text.
func quotedIn(text string, i int) (in span.Span, next int) {
	in.Start = i + 1
	for at := in.Start; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case text[i]:
			in.End = at
			return in, at + 1
		}
	}
	in.End = len(text)
	return in, len(text)
}

// opensValue reports whether a colon stands at i, after white space: what stands
// before it is a key.
func opensValue(text string, i int) bool {
	for i < len(text) && isJSONSpace(text[i]) {
		i++
	}
	return i < len(text) && text[i] == ':'
}

func isSign(c byte) bool { return c == '+' || c == '-' }
