package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// GraphQLLiterals appends the strings and numbers of a GraphQL document to dst, in
// order and disjoint. Variables, names, enum values, booleans and null are none,
// nor are comments, an empty string and "?". It is linear in text, and follows the
// lexical grammar of the GraphQL specification (https://spec.graphql.org/, 2.1).
//
// The conventions' own example writes a bare ? for a number, which is no token of
// GraphQL. A number is therefore Quoted: with "?" in its place the document parses,
// though it need not be valid under its schema.
func GraphQLLiterals(dst []Literal, text string) []Literal {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '#':
			for i < len(text) && text[i] != '\n' && text[i] != '\r' {
				i++
			}
		case strings.HasPrefix(text[i:], blockQuote):
			in, next := blockString(text, i)
			dst = appendString(dst, text, in)
			i = next
		case c == '"':
			in, next := quotedIn(text, i)
			if strings.ContainsAny(in.In(text), "\n\r") {
				// No string goes on in the next line: where this one was to end, nobody knows.
				in.End, next = len(text), len(text)
			}
			dst = appendString(dst, text, in)
			i = next
		case isSQLWord(c) && !isDigit(c):
			i = sqlWordEnd(text, i)
		case isDigit(c) || c == '-' && i+1 < len(text) && isDigit(text[i+1]):
			stop := i + 1
			for stop < len(text) && (isSQLWord(text[stop]) || text[stop] == '.' || isSign(text[stop]) && text[stop-1]|0x20 == 'e') {
				stop++
			}
			s := span.Span{Start: i, End: stop}
			// Beside a quote two more could make the three of a block string.
			touches := i > 0 && text[i-1] == '"' || stop < len(text) && text[stop] == '"'
			dst = append(dst, Literal{Span: s, Value: s, Quoted: !touches})
			i = stop
		default:
			i++
		}
	}
	return dst
}

func appendString(dst []Literal, text string, in span.Span) []Literal {
	if in.Empty() || in.In(text) == placeholder {
		return dst
	}
	return append(dst, Literal{Span: in, Value: in})
}

const blockQuote = `"""`

// blockString reads the block string at i: in one only \""" is an escape.
func blockString(text string, i int) (in span.Span, next int) {
	in.Start = i + len(blockQuote)
	for at := in.Start; ; {
		n := strings.Index(text[at:], blockQuote)
		if n < 0 {
			in.End = len(text)
			return in, len(text)
		}
		at += n
		if text[at-1] != '\\' || at == in.Start {
			in.End = at
			return in, at + len(blockQuote)
		}
		at += len(blockQuote)
	}
}
