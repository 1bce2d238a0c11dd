package structure

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// IsASCII reports whether every byte of text is ASCII.
func IsASCII(text string) bool {
	const high = 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		s := text[i : i+8]
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if word&high != 0 {
			return false
		}
	}
	for ; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Normalise gives text as a reader of ASCII would take it: compatibility forms
// (NFKC, Unicode Standard Annex 15) and the digits of other scripts become ASCII,
// every kind of space and dash one of ASCII, what is invisible goes, and letters
// that look like Latin ones become those where they stand in a word beside some.
// changed is false where that says nothing new. What may be syntax in JSON is
// never added, so a text that is valid JSON stays that, read the same way.
func Normalise(text string) (v View, changed bool) {
	w := words{text: text}
	if !w.tells() {
		return View{Text: text}, false
	}
	v.codes = make([]code, 0, 16)
	var out strings.Builder
	out.Grow(len(text))
	copied := 0
	w = words{text: text}
	for i := w.next(0); i < len(text); {
		fold, size, ok := w.fold(i)
		if ok {
			out.WriteString(text[copied:i])
			v.codes = append(v.codes, code{
				source: uint32(i), text: uint32(out.Len()),
				sourceLen: uint8(size), textLen: uint8(len(fold)),
			})
			out.WriteString(fold)
			copied = i + size
		}
		i = w.next(i + size)
	}
	out.WriteString(text[copied:])
	v.Text = out.String()
	return v, true
}

// words walks over the runes of a text that are not ASCII.
type words struct {
	text string
	// end is where the word ends that was looked at last. It is mixed if it holds an
	// ASCII letter or digit, and native if it holds a letter that is no double.
	end           int
	mixed, native bool
}

// next is the first byte from i on that is not ASCII.
func (w *words) next(i int) int {
	for i < len(w.text) && w.text[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// tells reports whether a change is one that may matter: it gives a letter or
// digit, stands between two, or is of something invisible between two marks.
func (w *words) tells() bool {
	joint := -1 // where changes end that began right after a mark
	for i := w.next(0); i < len(w.text); {
		fold, size, ok := w.fold(i)
		switch beside := isAlnum; {
		case !ok:
		case fold != "" && isAlnum(fold[0]):
			// A word of doubles alone is more often one of its own script.
			if i >= w.end || w.mixed {
				return true
			}
		default:
			if fold == "" {
				beside = isGraphic
			}
			if i == joint || i > 0 && beside(w.text[i-1]) {
				if joint = i + size; joint < len(w.text) && beside(w.text[joint]) {
					return true
				}
			}
		}
		i = w.next(i + size)
	}
	return false
}

func isGraphic(c byte) bool { return ' ' < c && c < 0x7f }

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

// fold is what the rune at i becomes and its size; ok is false where it stays.
func (w *words) fold(i int) (fold string, size int, ok bool) {
	r, size := utf8.DecodeRuneInString(w.text[i:])
	f := foldOf(r)
	switch f.kind {
	case always:
		return f.text, size, true
	case inWord:
		if i >= w.end {
			w.look(i)
		}
		return f.text, size, w.mixed || !w.native
	}
	return "", size, false
}

// look finds out about the word around i, which was not looked at before.
func (w *words) look(i int) {
	w.mixed, w.native = false, false
	for j := i; j > 0; {
		r, size := utf8.DecodeLastRuneInString(w.text[:j])
		if !w.part(r) {
			break
		}
		j -= size
	}
	for w.end = i; w.end < len(w.text); {
		r, size := utf8.DecodeRuneInString(w.text[w.end:])
		if !w.part(r) {
			break
		}
		w.end += size
	}
}

// part reports whether a rune belongs to a word in the widest sense, in which an
// address or a path is one, and notes what it says about the word.
func (w *words) part(r rune) bool {
	c := byte(' ')
	switch f := foldOf(r); {
	case r < utf8.RuneSelf:
		c = byte(r)
	case f.kind == always && f.text != "":
		c = f.text[0]
	default:
		w.native = w.native || f.kind == never && unicode.IsLetter(r)
		return true
	}
	w.mixed = w.mixed || isAlnum(c)
	return c > ' ' && strings.IndexByte("\"'`()[]{}<>,;=|:", c) < 0
}

// folding is what becomes of a rune.
type folding struct {
	text string
	kind foldKind
}

type foldKind uint8

const (
	never foldKind = iota
	always
	inWord // only beside ASCII letters and digits
)

// foldings are the runes that change, in pages of 256. They are made when the
// first text that is not ASCII comes.
var foldings = sync.OnceValue(func() *[foldPages]*[256]folding {
	t := new([foldPages]*[256]folding)
	set := func(r rune, f folding) {
		page := &t[r>>8]
		if *page == nil {
			*page = new([256]folding)
		}
		(*page)[r&0xff] = f
	}
	for r := rune(utf8.RuneSelf); r < foldPages<<8; r++ {
		if s, ok := foldRune(r); ok {
			set(r, folding{s, always})
		}
	}
	for line := range strings.Lines(homoglyphs) {
		if f := strings.Fields(line); len(f) > 1 && len(f[0]) == 1 && f[0] != "#" {
			for _, double := range f[1:] {
				r, _ := utf8.DecodeRuneInString(double)
				set(r, folding{f[0], inWord})
			}
		}
	}
	return t
})

// foldPages covers the planes that hold letters, digits and marks in use.
const foldPages = 0x200

//go:embed homoglyphs.txt
var homoglyphs string

func foldOf(r rune) folding {
	if r>>8 < foldPages {
		if page := foldings()[r>>8]; page != nil {
			return page[r&0xff]
		}
		return folding{}
	}
	if ignorable(r) {
		return folding{kind: always}
	}
	return folding{}
}

// foldRune is what a rune becomes wherever it stands.
func foldRune(r rune) (string, bool) {
	switch {
	case ignorable(r):
		return "", true
	case unicode.Is(unicode.Z, r):
		return " ", true
	case unicode.Is(unicode.Dash, r):
		return "-", true
	case unicode.IsDigit(r):
		return string(rune('0' + digitValue(r))), true
	}
	s := norm.NFKC.String(string(r))
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '"' || s[i] == '\\' {
			return "", false
		}
	}
	return s, true
}

// digitValue is the value of a decimal digit. Those of one script stand in a row,
// zero first, and tables of scripts that touch are whole tens.
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// ignorable reports whether a rune has the property Default_Ignorable_Code_Point,
// as DerivedCoreProperties.txt of the Unicode Character Database makes it: format
// characters, among them those of zero width and of direction, variation
// selectors, fillers and tags.
func ignorable(r rune) bool {
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) || 0xfff9 <= r && r <= 0xfffb || 0x13430 <= r && r <= 0x13440 {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
