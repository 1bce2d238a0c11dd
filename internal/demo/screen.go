package demo

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Screen prints items for people. Nothing in a text reaches a terminal as a
// control character.
type Screen struct {
	W io.Writer
	// Width is the number of columns; below minColumns before and after stand one
	// above the other.
	Width int
	// Color allows ANSI colours.
	Color bool
}

const minColumns = 64

type style string

const (
	plain style = ""
	bold  style = "\x1b[1m"
	faint style = "\x1b[2m"
	leak  style = "\x1b[31m"
	mask  style = "\x1b[32m"
	reset       = "\x1b[0m"
)

// masks are what a gate puts in a value's place. Tokens are told by their form:
// class, key id, sixteen letters and digits.
var masks = regexp.MustCompile(`\[(?:redacted|airtight):[^\]]*\]|\bREDACTED\b|\b[a-z]+_[a-z0-9]{1,16}_[a-z2-7]{16}\b|\*{4}\w*`)

// Say prints a line, in bold where colours are on.
func (s Screen) Say(format string, args ...any) {
	fmt.Fprintln(s.W, s.paint(bold, fmt.Sprintf(format, args...)))
}

// Pair prints an item before and after: the fields that leaked or changed, and how
// many did neither.
func (s Screen) Pair(p Pair) {
	fmt.Fprintln(s.W, s.paint(bold, clean(p.Before.Title)))
	if p.After.Key == "" {
		fmt.Fprintln(s.W, s.paint(leak, "  it did not arrive"))
		return
	}
	after := map[string]string{}
	for _, f := range p.After.Fields {
		after[f.Path] = f.Text
	}
	same := 0
	for _, f := range p.Before.Fields {
		now, there := after[f.Path]
		delete(after, f.Path)
		if there && now == f.Text && len(plantsIn(f.Text)) == 0 {
			same++
			continue
		}
		if !there {
			now = "(gone)"
		}
		fmt.Fprintln(s.W, s.paint(faint, "  "+clean(f.Path)))
		s.columns(s.cells(f.Text, false), s.cells(now, true))
	}
	for _, f := range p.After.Fields {
		if text, there := after[f.Path]; there {
			fmt.Fprintln(s.W, s.paint(faint, "  "+clean(f.Path)))
			s.columns(s.cells("(not there)", false), s.cells(text, true))
		}
	}
	if same > 0 {
		fmt.Fprintln(s.W, s.paint(faint, fmt.Sprintf("  and %d more as sent", same)))
	}
}

// Item prints all fields of one item as it came out.
func (s Screen) Item(it Item) {
	fmt.Fprintln(s.W, s.paint(bold, clean(it.Title)))
	for _, f := range it.Fields {
		fmt.Fprintln(s.W, s.paint(faint, "  "+clean(f.Path)))
		for _, line := range wrap(s.cells(f.Text, true), max(s.Width-4, 20)) {
			fmt.Fprintln(s.W, "    "+s.render(line))
		}
	}
}

// columns prints two texts side by side.
func (s Screen) columns(left, right []cell) {
	if s.Width < minColumns {
		for _, side := range []struct {
			sign  string
			cells []cell
		}{{"  - ", left}, {"  + ", right}} {
			for _, line := range wrap(side.cells, max(s.Width-4, 20)) {
				fmt.Fprintln(s.W, side.sign+s.render(line))
			}
		}
		return
	}
	width := (s.Width - 7) / 2 // four columns before, three between
	l, r := wrap(left, width), wrap(right, width)
	for i := range max(len(l), len(r)) {
		var a, b []cell
		if i < len(l) {
			a = l[i]
		}
		if i < len(r) {
			b = r[i]
		}
		line := "    " + s.render(a) + strings.Repeat(" ", width-len(a)) + s.paint(faint, " | ") + s.render(b)
		fmt.Fprintln(s.W, strings.TrimRight(line, " "))
	}
}

// cell is one character of a text and how it looks. A newline is a cell.
type cell struct {
	char  rune
	style style
}

// cells is a text with planted values in one colour and masks in another.
func (s Screen) cells(text string, after bool) []cell {
	styles := make([]style, len(text))
	paint := func(from, to int, st style) {
		for i := from; i < to; i++ {
			styles[i] = st
		}
	}
	if after {
		for _, m := range masks.FindAllStringIndex(text, -1) {
			paint(m[0], m[1], mask)
		}
	}
	for _, p := range plantsIn(text) {
		paint(p.start, p.end, leak)
	}
	var out []cell
	for i, r := range strings.TrimRight(text, "\n") {
		out = append(out, cell{printable(r), styles[i]})
	}
	return out
}

// wrap breaks cells into lines of at most width: at a space or in front of a mask
// where there is one in the right half, else where the line is full.
func wrap(cells []cell, width int) [][]cell {
	var lines [][]cell
	for len(cells) > 0 {
		end := 0
		for end < len(cells) && end < width && cells[end].char != '\n' {
			end++
		}
		next := end
		switch {
		case end == len(cells):
		case cells[end].char == '\n':
			next++
		default:
			for i := end; i > width/2; i-- {
				if cells[i].char == ' ' {
					end, next = i, i+1
					break
				}
				if cells[i].style == mask && cells[i-1].style != mask {
					end, next = i, i
					break
				}
			}
		}
		lines = append(lines, cells[:end])
		cells = cells[next:]
	}
	return lines
}

func (s Screen) render(cells []cell) string {
	var b strings.Builder
	current := plain
	for _, c := range cells {
		if s.Color && c.style != current {
			if current != plain {
				b.WriteString(reset)
			}
			b.WriteString(string(c.style))
			current = c.style
		}
		b.WriteRune(c.char)
	}
	if current != plain {
		b.WriteString(reset)
	}
	return b.String()
}

func (s Screen) paint(st style, text string) string {
	if !s.Color {
		return text
	}
	return string(st) + text + reset
}

// printable is r, or a stand-in for what a terminal would act on.
func printable(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r == '\t':
		return ' '
	case r == utf8.RuneError, !unicode.IsPrint(r):
		return '\u00b7'
	}
	return r
}

// clean is a text on one line without control characters.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return ' '
		}
		return printable(r)
	}, text)
}
