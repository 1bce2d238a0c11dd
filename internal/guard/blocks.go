package guard

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/detect"
)

// The bounds of a block that is broken over slots.
const (
	maxBlockSlots = 200
	maxBlockBytes = 256 << 10
	// maxPrefix is how much may stand before a block's first line that stands before
	// each of its lines.
	maxPrefix = 256
)

// block is a key in a text form (PEM, RFC 7468, and its kin of OpenPGP, SSH2 and
// PuTTY) that comes line by line. Its lines are joined to the text that they were,
// with what a logger put around them taken off, and the rules are asked about that:
// the block itself knows only what such a line looks like.
type block struct {
	joint
	last   int32  // the slot it has come to, -1 where none is open
	prefix string // what stands before each line
	suffix byte   // what follows a line, 0 where nothing does
	slots  int
	shape
}

// shape is what a block's lines have shown so far.
type shape struct {
	width int  // of its full lines
	line  int  // of the last line
	short bool // the last line was not full, so the key material is at its end
	ended bool
}

func (b *block) close() {
	b.reset()
	*b = block{joint: b.joint, last: -1}
}

const putty = "PuTTY-User-Key-File-"

// mayBeLine spares nearly every text the search for a block's first line in the one
// before: the lines of a block come together, as a short "Name: value" or empty between
// quotes, in JSON, or as key material.
func mayBeLine(text string) bool {
	const short, material = 96, 16
	if text[0] == '{' || strings.IndexByte(text, '\n') >= 0 {
		return true
	}
	if len(text) <= short && (text[len(text)-1] == '"' || strings.IndexByte(text, ':') >= 0) {
		return true
	}
	text = strings.TrimRight(text, "\r\"'")
	for i := 1; i <= material; i++ {
		if i > len(text) || !base64Byte(text[len(text)-i]) {
			return false
		}
	}
	return true
}

// opens is where a block's first line stands in a text whose block does not end there.
func opens(text string) (start, end int, ok bool) {
	if at := strings.Index(text, "BEGIN "); at >= 0 {
		at = max(at, strings.LastIndex(text, "BEGIN "))
		start = len(strings.TrimRight(text[:at], " "))
		start = len(strings.TrimRight(text[:start], "-"))
		rest := text[at:]
		end = strings.Index(rest, "--")
		if at-start < 4 || end < 0 || !strings.Contains(rest[:end], "KEY") || strings.Contains(rest, "-- END ") || strings.Contains(rest, "--END ") {
			return 0, 0, false
		}
		for end < len(rest) && rest[end] == '-' {
			end++
		}
		return start, at + end, true
	}
	start = strings.Index(text, putty)
	if start < 0 || strings.Contains(text[start:], "Private-MAC:") {
		return 0, 0, false
	}
	end = start + len(putty)
	for end < len(text) && text[end] != '\n' && text[end] != '"' && text[end] != '\\' {
		end++
	}
	return start, end, true
}

// open starts a block at a slot that holds its first line.
func (b *block) open(i int32, text string) bool {
	start, end, ok := opens(text)
	if !ok {
		return false
	}
	b.prefix = text[:start]
	if len(b.prefix) > maxPrefix {
		b.prefix = ""
	}
	if end < len(text) && byteKinds[text[end]] == breaks && text[end] > ' ' {
		b.suffix = text[end]
	}
	b.add(i, text, start, end, true)
	stop, ok := b.lines(text, end, true)
	if !ok {
		b.close()
		return false
	}
	b.add(i, text, end, stop, false)
	b.last, b.slots = i, 1
	return true
}

// feed takes the next slot if it goes on with the block.
func (b *block) feed(i int32, text string) bool {
	if b.ended || b.slots == maxBlockSlots || len(b.text)+len(text) > maxBlockBytes {
		return false
	}
	before := b.line
	from, stop, ok := b.goesOn(text)
	if !ok {
		return false
	}
	first, _, _ := strings.Cut(text[from:stop], "\n")
	if before == 0 || len(first)+before != b.width {
		b.text = append(b.text, '\n') // else a line was cut in two
	}
	b.add(i, text, from, stop, b.ended && isEnd(text[from:stop]))
	b.last, b.slots = i, b.slots+1
	return true
}

// goesOn finds the block's lines in the text of the next slot. Of what stands before
// the first line the second shows how much a logger puts before each, and how much was
// a sentence.
func (b *block) goesOn(text string) (from, stop int, ok bool) {
	before := b.shape
	for n := len(b.prefix); n >= 0; n-- {
		if n > 0 && byteKinds[b.prefix[n-1]] >= lowerLetter {
			continue
		}
		if from, ok = after(b.prefix[:n], text); ok {
			if stop, ok = b.lines(text, from, false); ok {
				b.prefix = b.prefix[:n]
				return from, stop, true
			}
		}
		if b.slots > 1 {
			return 0, 0, false
		}
		b.shape = before
	}
	return 0, 0, false
}

// lines reads a text's lines from from on. It returns where they stop, and whether all
// of them can belong to the block.
func (b *block) lines(text string, from int, first bool) (stop int, ok bool) {
	stop = len(text)
	if b.suffix != 0 {
		if n := strings.IndexByte(text[from:], b.suffix); n >= 0 {
			stop = from + n
		}
	}
	for at := from; at < stop && !b.ended; {
		end := stop
		if n := strings.IndexByte(text[at:stop], '\n'); n >= 0 {
			end = at + n
		}
		if !b.take(strings.TrimRight(text[at:end], " \t\r"), at == from && !first) {
			return 0, false
		}
		if b.ended {
			return at + len(strings.TrimRight(text[at:end], " \t\r")), true
		}
		at = end + 1
	}
	return stop, true
}

// take reads one line. joined says that it may be the rest of the line before.
func (b *block) take(line string, joined bool) bool {
	switch {
	case line == "":
		return true
	case isEnd(line):
		b.ended = true
		return true
	case isHeader(line):
		b.ended = strings.HasPrefix(line, "Private-MAC:")
		b.width, b.line, b.short = 0, 0, false
		return true
	case !isBase64(line):
		return false
	case b.short && joined && b.line+len(line) == b.width:
		b.line, b.short = b.width, false
		return true
	case b.short && line[0] != '=' || b.width > 0 && len(line) > b.width:
		return false
	}
	b.width = max(b.width, len(line))
	b.line, b.short = len(line), len(line) < b.width
	return true
}

func isEnd(line string) bool {
	return strings.HasPrefix(line, "-----END ") || strings.HasPrefix(line, "---- END ")
}

// isHeader reports whether a line is one that may stand before the key material:
// a word that starts with a capital, a colon and a blank.
func isHeader(line string) bool {
	name, _, ok := strings.Cut(line, ": ")
	if !ok || len(name) > maxFlag || byteKinds[line[0]] != upperLetter {
		return false
	}
	for i := range len(name) {
		if k := byteKinds[name[i]]; k < lowerLetter && name[i] != '-' {
			return false
		}
	}
	return true
}

func isBase64(line string) bool {
	for i := range len(line) {
		if !base64Byte(line[i]) {
			return false
		}
	}
	return true
}

func base64Byte(c byte) bool { return byteKinds[c] >= joins && c != '-' && c != '_' }

// after is where what follows the prefix starts in a text that has one like it: with
// the same marks, and letters and digits wherever prefix has some. Loggers put the
// time, a level and a name there.
func after(prefix, text string) (at int, ok bool) {
	for i := 0; i < len(prefix); {
		if byteKinds[prefix[i]] < lowerLetter {
			if at == len(text) || text[at] != prefix[i] {
				return 0, false
			}
			i, at = i+1, at+1
			continue
		}
		n := wordRun(text[at:])
		if n == 0 {
			return 0, false
		}
		i, at = i+wordRun(prefix[i:]), at+n
	}
	return at, true
}

func wordRun(text string) int {
	n := 0
	for n < len(text) && byteKinds[text[n]] >= lowerLetter {
		n++
	}
	return n
}

// endBlock asks the rules about the block that is open, and closes it.
func (s *Session) endBlock(later bool) {
	b := &s.block
	if b.slots > 1 && (!later || s.touched(&b.joint)) {
		s.examineJoint(&b.joint, func(m *detect.Match) bool {
			first, last := -1, -1
			for k, p := range b.pieces {
				if m.Span.Start < p.at+p.size && p.at < m.Span.End {
					if first < 0 {
						first = k
					}
					last = k
				}
			}
			return first >= 0 && b.pieces[first].slot != b.pieces[last].slot
		})
	}
	b.close()
}

// touched reports whether a slot of the joint was edited.
func (s *Session) touched(j *joint) bool {
	for _, p := range j.pieces {
		if s.slots[p.slot].edit > 0 {
			return true
		}
	}
	return false
}
