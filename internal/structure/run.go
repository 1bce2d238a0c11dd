package structure

import (
	"io"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// Run is a stretch of base64 or hexadecimal digits that writes a text.
type Run struct {
	// Span is the stretch, padding and line breaks inside included. It can only be
	// replaced whole: digits taken out of the middle leave what nothing can decode.
	Span span.Span
	// Text is what the digits write, as far as that is text.
	Text string
	// Inflated is how much was inflated if the text was compressed, else 0. Cut reports
	// that there was more than may be: what follows is unknown.
	Inflated int
	Cut      bool
}

// The least that is looked at: so many digits in a row, which write so much text.
// Sixteen digits of base64 are twelve bytes, or eleven and padding; twenty-two of
// hexadecimal are eleven. Digits that write something else, as those of hashes, ids
// and keys do, are told by the first bytes: eleven random ones are text about once
// in 25,000 times.
const (
	minRun     = 16
	minWritten = 11
	quick      = 3 // and so many bytes turn most down
	// Fewer digits, which write seven to ten bytes, are looked at for numbers alone: all
	// but a few of the bytes are to be digits. Random ones are that less than once in a
	// hundred million times.
	shortRun, shortDigits = 10, 6
)

// runByte says which bytes may stand in a run: the digits of base64 in both
// alphabets of RFC 4648, and with them those of base16.
var runByte = func() (t [256]bool) {
	for c := range t {
		t[c] = digit64[c] != notDigit
	}
	return t
}()

// nextRun is where the next row of shortRun digits starts, the length of the text if
// there is none. In ordinary text it looks at every tenth byte and few more.
func nextRun(text string, i int) int {
	for i+shortRun <= len(text) {
		j := i + shortRun - 1
		for j >= i && runByte[text[j]] {
			j--
		}
		if j < i {
			return i
		}
		i = j + 1
	}
	return len(text)
}

// Runs appends the runs of text to dst in order of their start; they may overlap.
// A run is base64 in either alphabet, with or without padding, perhaps wrapped
// over lines, or hexadecimal, perhaps after 0x or as pairs with a mark between them, or
// base32. What it writes may be compressed by gzip or zlib: at most room bytes are
// inflated in all.
//
// A digit of base64 may also be the mark before it, as in /users/am9l: reading
// starts afresh after each such mark.
func Runs(dst []Run, text string, room int) []Run {
	for i := nextRun(text, 0); i < len(text); i = nextRun(text, i) {
		end, next := runEnd(text, i)
		for at := i; end-at >= shortRun; {
			if t, n := read32(text[at:end]); n > 0 {
				dst = append(dst, Run{Span: span.Span{Start: at, End: padded(text, at+n)}, Text: t})
				at = nextStart(text, at+n, end)
				continue
			}
			var w writing
			if end-at >= minRun {
				w = written(text[at:end], room)
			}
			if w.text == "" && !w.cut {
				if t, ok := number(text[at:end]); ok {
					w = writing{text: t, read: end - at}
				}
			}
			if w.text != "" || w.cut {
				dst = append(dst, Run{Span: span.Span{Start: at, End: next}, Text: w.text, Inflated: w.inflated, Cut: w.cut})
				room -= w.inflated
			}
			at = nextStart(text, at+w.read, end)
		}
		i = next
	}
	return hexPairs(dst, text)
}

// Short reads a value too short for a run which is base64 or hexadecimal digits from
// end to end, and writes printable ASCII alone. Words have that form now and then:
// it is for values whose key says what they may hold.
func Short(value string) (text string, ok bool) {
	const least = 8
	end := lineOfRun(value, 0)
	if end < least || end >= 2*minWritten || padded(value, end) < len(value) || end%4 == 1 {
		return "", false
	}
	d := runDigits{text: value[:end]}
	var buf [2 * minWritten]byte
	if d.hex = end%2 == 0 && allHex(d.text); d.hex {
		if out := d.decode(buf[:0], len(buf)); printable(out) {
			return string(out), true
		}
		d.hex, d.at = false, 0
	}
	if end >= minRun {
		return "", false
	}
	out := d.decode(buf[:0], len(buf))
	return string(out), printable(out)
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// nextStart is the first place after i where reading may start afresh.
func nextStart(text string, i, end int) int {
	for i++; i < end; i++ {
		switch text[i-1] {
		case '/', '+', '-', '_', '\n', ' ', '\t':
			if runByte[text[i]] {
				return i
			}
		case 'n':
			if i > 1 && text[i-2] == '\\' && runByte[text[i]] {
				return i // after a line break written out
			}
		}
	}
	return end
}

// wrapped is the shortest line that base64 is broken after: of the lengths in use,
// 64 (RFC 1421) and 76 (RFC 2045) are the shortest but for those set by hand.
const wrapped = 40

// runEnd is where the digits end that start at i, and where what belongs to them
// ends: padding.
func runEnd(text string, i int) (end, next int) {
	end = lineOfRun(text, i)
	next = padded(text, end)
	width := end - i
	if width < wrapped || width%4 != 0 || next > end {
		return end, next
	}
	for {
		start := lineBreak(text, end)
		if start == end {
			break
		}
		stop := lineOfRun(text, start)
		if stop == start || stop-start > width {
			break
		}
		after := padded(text, stop)
		if stop-start < width || after > stop {
			if endsLine(text, after) {
				end, next = stop, after
			}
			break
		}
		end, next = stop, after
	}
	return end, next
}

func lineOfRun(text string, i int) int {
	for i < len(text) && runByte[text[i]] {
		i++
	}
	return i
}

// padded is the end of the padding at i: up to two of base64, six of base32.
func padded(text string, i int) int {
	for n := 0; n < 6 && i < len(text) && text[i] == '='; n++ {
		i++
	}
	return i
}

// lineBreak is where the line after the break at i starts, i if there is no break.
// The break may be written out, and the line indented.
func lineBreak(text string, i int) int {
	const indent = 16
	start := i
	switch rest := text[i:]; {
	case hasPrefix(rest, "\r\n"), hasPrefix(rest, `\n`):
		i += 2
	case hasPrefix(rest, "\n"):
		i++
	case hasPrefix(rest, `\r\n`):
		i += 4
	default:
		return start
	}
	for n := 0; n < indent && i < len(text) && (text[i] == ' ' || text[i] == '\t'); n++ {
		i++
	}
	if i == len(text) || !runByte[text[i]] {
		return start
	}
	return i
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }

// endsLine reports whether nothing that belongs to the line of a run follows it.
func endsLine(text string, i int) bool {
	if i == len(text) {
		return true
	}
	switch text[i] {
	case '\n', '\r', '\\', '"', '\'', '`', '<', ',', ')', ']', '}':
		return true
	}
	return false
}

// writing is what some digits write.
type writing struct {
	text     string // empty: nothing that is text
	read     int    // how many bytes of the digits were looked at
	inflated int
	cut      bool
}

// number reads the digits that are all of s, if they write a number of seven to ten
// bytes as people write ids: digits, with a few capitals and separators.
func number(s string) (text string, ok bool) {
	if len(s) >= 2*minWritten {
		return "", false
	}
	var buf [2 * minWritten]byte
	out := buf[:0]
	d := runDigits{text: s}
	// Only these begin what writes a digit or a capital.
	switch c := s[0]; {
	case '3' <= c && c <= '5' && len(s)%2 == 0 && allHex(s):
		d.hex = true
		out = d.decode(out, cap(out))
	case 'G' <= c && c <= 'L':
		out, _ = decode32(out, s)
	case 'M' <= c && c <= 'W' && len(s) < minRun:
		out = d.decode(out, cap(out))
	}
	digits := 0
	for _, c := range out {
		switch {
		case isDigit(c):
			digits++
		case 'A' <= c && c <= 'Z', c == ' ', c == '-', c == '.', c == '/':
		default:
			return "", false
		}
	}
	return string(out), digits >= shortDigits && len(out) < minWritten
}

// written reads the digits that s starts with. It looks at few of them unless they
// write text.
func written(s string, room int) writing {
	d := runDigits{text: s}
	if d.hex = d.startsHex(); !d.hex {
		d.at = 0
	}
	begin := d.at
	var head [minWritten]byte
	first := d.decode(head[:0], quick)
	if !isText(first) && !isPacked(first) {
		return writing{}
	}
	if first = d.decode(first, minWritten); len(first) < minWritten {
		return writing{}
	}
	if isPacked(first) {
		w := unpack(&runDigits{text: s, hex: d.hex, at: begin}, room)
		if w.text != "" || w.cut || !isText(first) {
			return w
		}
	}
	if !isText(first) {
		return writing{}
	}
	const step = 4 << 10
	out := append(make([]byte, 0, min(step, len(s))), first...)
	good := 0
	for {
		good += textLen(out[good:])
		if len(out)-good >= utf8.UTFMax {
			break // what follows is no text
		}
		had := len(out)
		if out = d.decode(out, had+step); len(out) == had {
			break
		}
	}
	if good < minWritten {
		return writing{}
	}
	return writing{text: string(out[:good]), read: d.at}
}

// textLen is the length of the text that b starts with: printable ASCII, white
// space, the escape of terminals, and runes beyond ASCII in UTF-8.
func textLen(b []byte) int {
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case ' ' <= c && c < 0x7f, c == '\n', c == '\t', c == '\r', c == 0x1b:
			i++
			continue
		case c < utf8.RuneSelf:
			return i
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r < 0xa0 {
			return i
		}
		i += n
	}
	return len(b)
}

// isText reports whether b is text, or would be if it went on.
func isText(b []byte) bool {
	rest := b[textLen(b):]
	return len(rest) == 0 || !utf8.FullRune(rest)
}

// runDigits reads what digits write from their start on.
type runDigits struct {
	text string
	hex  bool
	at   int
	acc  uint32 // base64: bits read
	bits uint   // and how many of them are not written
}

// decode appends what the digits write until dst is size bytes long.
func (d *runDigits) decode(dst []byte, size int) []byte {
	if d.hex {
		return d.decodeHex(dst, size)
	}
	return d.decode64(dst, size)
}

// ReadByte and Read make the digits something to inflate, one byte at a time: what
// is damaged is then read no further than it is sound.
func (d *runDigits) ReadByte() (byte, error) {
	var b [1]byte
	if _, err := d.Read(b[:]); err != nil {
		return 0, err
	}
	return b[0], nil
}

func (d *runDigits) Read(p []byte) (int, error) {
	if n := len(d.decode(p[:0], len(p))); n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, io.EOF
}

// Opaque is a view whose text says what the stretch s of the source writes as a
// whole: whatever is found in it, the source of it is the stretch.
func Opaque(text string, s span.Span) View {
	return View{Text: text, base: s.Start, opaque: s.Len()}
}
