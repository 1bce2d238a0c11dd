package guard

// What of the second text is looked at to tell whether a token goes on there.
const (
	// Of names in mixed case a part starts every so many letters, of what is drawn at
	// random one in four does.
	longHead = 20
	letters  = 5
)

// byteKind is what a byte is to a token that may have been cut.
type byteKind uint8

const (
	breaks byteKind = iota // ends a token
	mark                   // may stand in one, not at the cut
	joins                  // may stand at the cut
	lowerLetter
	upperLetter
	digit
)

var byteKinds = func() (t [256]byteKind) {
	for _, c := range ".~%@!$#^&*?:" {
		t[c] = mark
	}
	for _, c := range "_-+/=" {
		t[c] = joins
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = lowerLetter, upperLetter
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	return t
}()

// seam reports whether a token may be cut between two texts: the first ends in one
// and the second goes on with what neither a new record nor a word looks like. elements
// says that they stand in an array, where texts of one word are common.
func seam(first, second string, elements bool) bool {
	if first == "" || second == "" {
		return false
	}
	if byteKinds[first[len(first)-1]] < joins || byteKinds[second[0]] < joins && second[0] != '.' {
		return false
	}
	if sameStart(first, second) || listed(first, second) || startsWithTime(second) {
		return false
	}
	return !elements && headRun(second, len(second)) == len(second) || goesOn(second, byteKinds[first[len(first)-1]] == digit && !startsWithNumber(first))
}

// sameStart reports whether two texts start alike, as records of one format do: with
// letters and digits in the same places.
func sameStart(a, b string) bool {
	const compared = 8
	if len(a) < compared || len(b) < compared {
		return false
	}
	for i := range compared {
		if k := byteKinds[a[i]]; k != byteKinds[b[i]] || k < lowerLetter && a[i] != b[i] {
			return false
		}
	}
	return true
}

// times are how records begin with a date: d stands for a digit, a for a letter, and
// what is behind must be no part of a longer word.
var times = []string{"dddd-dd-dd", "dddd/dd/dd", "dd/aaa/dddd", "dd-aaa-dddd", "ddddddddTdddddd", "adddd"}

// startsWithTime reports whether a text starts with a date, as records do: in one of
// the forms of ISO 8601, as web servers write it, or behind a letter for the severity
// (klog).
func startsWithTime(text string) bool {
	for _, form := range times {
		if n := len(form); len(text) > n && isTime(text, form) && (text[n] == 'T' || text[n] == '.' || byteKinds[text[n]] < lowerLetter) {
			return true
		}
	}
	return false
}

func isTime(text, form string) bool {
	for i := range len(form) {
		k := byteKinds[text[i]]
		switch form[i] {
		case 'd':
			if k != digit {
				return false
			}
		case 'a':
			if k != lowerLetter && k != upperLetter {
				return false
			}
		default:
			if text[i] != form[i] {
				return false
			}
		}
	}
	return true
}

// listed reports whether a text starts as the word at the end of the text before does:
// a list of tokens of one kind.
func listed(first, second string) bool {
	const prefix = 3
	n := tailRun(first, maxRun)
	return n > prefix && len(second) > prefix && first[len(first)-n:][:prefix] == second[:prefix]
}

// startsWithNumber reports whether a text starts with a number and a blank, as records
// with columns do.
func startsWithNumber(text string) bool {
	n := 0
	for n < len(text) && byteKinds[text[n]] == digit {
		n++
	}
	return n > 0 && n < len(text) && text[n] == ' '
}

// goesOn reports whether a text can start with the rest of a token: with letters and
// digits mixed, or upper and lower case as no name mixes them, or with something that a
// quote ends. A number alone goes on with a number.
func goesOn(text string, number bool) bool {
	n := headRun(text, longHead)
	if n < len(text) && n < longHead {
		switch text[n] {
		case '"', '\'', '<', '}', '\\':
			return true
		}
	}
	kinds, turns := 0, 0
	for i := range n {
		k := byteKinds[text[i]]
		if k >= lowerLetter {
			kinds |= 1 << k
		}
		if i > 0 && k == upperLetter && byteKinds[text[i-1]] == lowerLetter {
			turns++
		}
		if text[i] == '&' {
			return true
		}
	}
	return turns*letters >= n || kinds&(1<<digit) != 0 && (kinds != 1<<digit || number)
}

// headRun and tailRun are how many bytes at the start and the end of text may belong to
// one token, counted up to most.
func headRun(text string, most int) int {
	n := 0
	for n < len(text) && n < most && byteKinds[text[n]] != breaks {
		n++
	}
	return n
}

func tailRun(text string, most int) int {
	n := 0
	for n < len(text) && n < most && byteKinds[text[len(text)-1-n]] != breaks {
		n++
	}
	return n
}
