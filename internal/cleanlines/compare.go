package main

import (
	"regexp"
	"strings"
)

// A change is one masked stretch of a line.
type change struct {
	rule   string // or "altered", where the line differs in another way
	before string // what stood before it, up to 60 bytes
	value  string
	after  string // up to 40 bytes
}

var mask = regexp.MustCompile(`\[redacted:([a-z0-9-]+)\]`)

// changes are what differs between a line and what came of it. Masks that the line
// held already are no change.
func changes(line, masked string) []change {
	if line == masked {
		return nil
	}
	var found []change
	at := 0 // in line
	marks := mask.FindAllStringSubmatchIndex(masked, -1)
	altered := []change{{rule: "altered", before: cut(line, 0, 60)}}
	if len(marks) == 0 || !strings.HasPrefix(line, masked[:marks[0][0]]) {
		return altered
	}
	at = marks[0][0]
	for i, m := range marks {
		end, next := len(masked), len(line)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		switch between := masked[m[1]:end]; {
		case i+1 == len(marks):
			if !strings.HasSuffix(line[at:], between) {
				return altered
			}
			next = len(line) - len(between)
		case between == "":
			next = at // two masks side by side: the first takes nothing, the second all
		default:
			offset := strings.Index(line[at:], between)
			if offset < 0 {
				return altered
			}
			next = at + offset
		}
		if value := line[at:next]; value != masked[m[0]:m[1]] {
			found = append(found, change{
				rule:   masked[m[2]:m[3]],
				before: line[max(0, at-60):at],
				value:  value,
				after:  cut(line, next, 40),
			})
		}
		at = next + end - m[1]
	}
	return found
}

func cut(s string, from, n int) string { return s[from:min(len(s), from+n)] }

var (
	hexRun   = regexp.MustCompile(`\b[0-9a-f]*[0-9][0-9a-f]*[a-f][0-9a-f]*\b|\b[0-9a-f]*[a-f][0-9a-f]*[0-9][0-9a-f]*\b`)
	digitRun = regexp.MustCompile(`[0-9]+`)
	mixedRun = regexp.MustCompile(`\b[A-Za-z0-9+/_-]*(?:[A-Z][a-z0-9]*[0-9]|[0-9][a-z]*[A-Z])[A-Za-z0-9+/_=-]*`)
)

// skeleton is a text with what varies from line to line taken out, so that lines of
// one kind are read once: h for hexadecimal, x for letters and digits mixed, 0 for
// numbers.
func skeleton(s string) string {
	s = mixedRun.ReplaceAllString(s, "x")
	s = hexRun.ReplaceAllString(s, "h")
	return digitRun.ReplaceAllString(s, "0")
}

// kind is what a change is judged by: the words right before it, and the value.
func (c change) kind() string {
	before := skeleton(c.before)
	return oneLine(before[max(0, len(before)-24):] + "«" + skeleton(c.value) + "»")
}
