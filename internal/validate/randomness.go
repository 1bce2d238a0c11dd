package validate

import (
	"math"
	"strings"
)

// followers holds, for each lower-case letter, the letters that commonly follow
// it: the pairs that make up 97.5 % of the pairs of letters in the comments of
// Go's standard library, English prose about computing.
var followers = pairs(
	"bcdfgiklmnprstuvy", "aeilouy", "acehiklortu", "adeilorsuy", "acdefgilmnpqrstvwxy",
	"adefilorstu", "aehinorsu", "aeiot", "abcdefglmnoprstvxz", "aeosu", "aeins", "adeilostuy",
	"abeimopsu", "acdefgiklnostuvy", "abcdefgiklmnoprstuvw", "aeiloprstuy", "u",
	"acdefgikmnorstuvy", "acehiklopstuy", "acehiloprstuwy", "abcefilmnprst", "aeio", "aehior",
	"ipt", "lmprst", "aeio",
)

func pairs(rows ...string) (table [26]uint32) {
	for i, row := range rows {
		for _, c := range row {
			table[i] |= 1 << (c - 'a')
		}
	}
	return table
}

// Kinds of a byte, as chance picks them.
const (
	otherKind = iota
	lowerCase
	upperCase
	digitKind
)

func kindOf(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return lowerCase
	case 'A' <= c && c <= 'Z':
		return upperCase
	case '0' <= c && c <= '9':
		return digitKind
	}
	return otherKind
}

// surprise counts the pairs of neighbouring letters and digits of v that a name
// would hardly hold (a change between letter and digit or between cases, other
// than the capital of a word, and letters that seldom meet), and all pairs that
// could have been one. Pairs of digits and of the same letter say nothing and count
// as neither.
func surprise(v string) (odd, total int) {
	before := otherKind
	for i := 0; i < len(v); i++ {
		here := kindOf(v[i])
		if here != otherKind && before != otherKind && (here != digitKind || before != digitKind) && v[i] != v[i-1] {
			total++
			switch {
			case here == digitKind || before == digitKind:
				odd++
			case before == lowerCase && here == upperCase:
				odd++
			case before == upperCase && here == lowerCase:
				// One capital starts a word; after several it is a word after an acronym.
			case followers[(v[i-1]|0x20)-'a']&(1<<((v[i]|0x20)-'a')) == 0:
				odd++
			}
		}
		before = here
	}
	return odd, total
}

// entropyOf is the Shannon entropy of v's bytes, in bits a byte.
func entropyOf(v string) float64 {
	var count [256]int
	for i := 0; i < len(v); i++ {
		count[v[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(v))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// entropy reports whether the bytes of v are about as evenly used as those of a
// random hexadecimal text of its length would be, or of a random number if v is
// all digits. It refuses repeated and counted-up values and says little of words.
func entropy(v string) bool {
	if len(v) < 8 {
		return false
	}
	alphabet := 10
	for i := 0; i < len(v); i++ {
		if kindOf(v[i]) != digitKind {
			alphabet = 16
			break
		}
	}
	return entropyOf(v) >= 0.7*math.Log2(float64(min(alphabet, len(v)))) && !sequential(v)
}

// sequential reports whether most bytes of v follow their neighbour by the same
// small step, as in abcdef, 123456 and aaaa.
func sequential(v string) bool {
	if len(v) < 4 {
		return false
	}
	steps := 0
	for i := 1; i < len(v); i++ {
		if d := int(v[i]) - int(v[i-1]); d >= -1 && d <= 1 {
			steps++
		}
	}
	return steps*10 >= (len(v)-1)*7
}

// tokenShape reports whether v looks like something a machine made up, not like a
// name, a number, a path or a word: no spaces, at least eight characters, and
// pairs of them that names seldom hold. A UUID and a hexadecimal digest have the
// shape; my-k8s-secret-name, value1 and com.example.TokenFactory do not.
func tokenShape(v string) bool {
	if len(v) < 8 || !notPlaceholder(v) {
		return false
	}
	for i := 0; i < len(v); i++ {
		if v[i] <= ' ' || v[i] >= 0x7f {
			return false
		}
	}
	odd, total := surprise(v)
	return odd >= 5 && odd*100 >= total*38
}

// tokenLike reports whether v can be a token where its key already says that it
// is one: six characters or more without a space, and something that no plain
// word or dotted name has, a digit between letters or letters that seldom meet.
func tokenLike(v string) bool {
	if len(v) < 6 || !notPlaceholder(v) || said[strings.ToLower(strings.TrimRight(v, ".,;:!"))] || filePath(v) {
		return false
	}
	letters, digits := 0, 0
	for i := 0; i < len(v); i++ {
		switch kindOf(v[i]) {
		case digitKind:
			digits++
		case lowerCase, upperCase:
			letters++
		}
		if v[i] <= ' ' || v[i] >= 0x7f {
			return false
		}
	}
	if digits > 0 && letters > 0 {
		return true
	}
	odd, total := surprise(v)
	return odd >= 3 && odd*100 >= total*25
}
