package validate

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// numbered are the ids that are digits only with one check digit at a known place.
// catchesAll says that the scheme finds every single wrong digit: Luhn, Verhoeff and
// the moduli that are prime and never fold two remainders into one digit.
var numbered = []struct {
	name       string
	length     int
	check      int // index of the check digit
	catchesAll bool
}{
	{"luhn", 12, 11, true}, {"sin", 9, 8, true}, {"imei", 15, 14, true}, {"npi", 10, 9, true}, {"tz", 9, 8, true}, {"orgnr", 10, 9, true},
	{"cedula-do", 11, 10, true}, {"aadhaar", 12, 11, true}, {"ean", 13, 12, true}, {"aba", 9, 8, true}, {"nhs", 10, 9, true}, {"oib", 11, 10, true},
	{"bsn", 9, 8, true}, {"nip", 10, 9, true}, {"tfn", 9, 8, true}, {"taj", 9, 8, true}, {"adoazonosito", 10, 9, true},
	{"regon", 9, 8, false}, {"pt-nif", 9, 8, false}, {"afm", 9, 8, false}, {"inn", 10, 9, false}, {"rnokpp", 10, 9, false}, {"nit", 10, 9, false},
	{"my-number", 12, 11, false}, {"thai-id", 13, 12, false}, {"acn", 9, 8, false}, {"kr-brn", 10, 9, false}, {"lanr", 9, 6, false},
	{"medicare", 10, 8, false}, {"cedula-uy", 8, 7, false}, {"ird", 9, 8, false}, {"svnr", 10, 3, false},
}

func digitString(t *rapid.T, n int) []byte {
	return []byte(rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, n).Draw(t, "digits"))
}

// TestOneCheckDigit: whatever the other digits, at most one check digit fits.
func TestOneCheckDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, id := range numbered {
			d := digitString(t, id.length)
			fits := 0
			for c := byte('0'); c <= '9'; c++ {
				if d[id.check] = c; funcs[id.name](string(d)) {
					fits++
				}
			}
			if fits > 1 {
				t.Fatalf("%s: %d check digits fit", id.name, fits)
			}
		}
	})
}

// TestWrongDigit: one wrong digit is found by every scheme that promises it.
func TestWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, id := range numbered {
			d := digitString(t, id.length)
			valid := false
			for c := byte('0'); c <= '9' && !valid; c++ {
				d[id.check] = c
				valid = funcs[id.name](string(d))
			}
			if !valid || !id.catchesAll {
				continue
			}
			at := rapid.IntRange(0, id.length-1).Draw(t, "place")
			d[at] = '0' + (d[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "change")))%10
			if funcs[id.name](string(d)) {
				t.Fatalf("%s: a wrong digit at place %d is not found", id.name, at)
			}
		}
	})
}

// TestSeparators: separators between groups change no verdict.
func TestSeparators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sep := rapid.SampledFrom([]string{" ", "-", "\u00a0", "\u2011", "\u202f"}).Draw(t, "separator")
		for _, id := range numbered {
			d := digitString(t, id.length)
			at := rapid.IntRange(1, id.length-1).Draw(t, "place")
			plain, grouped := string(d), string(d[:at])+sep+string(d[at:])
			if funcs[id.name](plain) != funcs[id.name](grouped) {
				t.Fatalf("%s: a separator changes the verdict", id.name)
			}
		}
	})
}

// TestIBANOfEveryCountry: the two check digits are computable for every country,
// and one wrong character is always found.
func TestIBANOfEveryCountry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for country, structure := range bban {
			body := bbanOf(t, structure)
			found := ""
			for k := range 98 {
				v := country + string([]byte{byte('0' + (k+2)/10%10), byte('0' + (k+2)%10)}) + body
				if iban(v) {
					found = v
					break
				}
			}
			if found == "" {
				t.Fatalf("%s: no check digits fit", country)
			}
			at := rapid.IntRange(4, len(found)-1).Draw(t, "place")
			if c := found[at]; isDigit(c) {
				if iban(found[:at] + string('0'+(c-'0'+1)%10) + found[at+1:]) {
					t.Fatalf("%s: a wrong digit is not found", country)
				}
			}
		}
	})
}

func bbanOf(t *rapid.T, structure string) string {
	var b strings.Builder
	for i := 0; i < len(structure); i++ {
		n := 0
		for ; isDigit(structure[i]); i++ {
			n = n*10 + int(structure[i]-'0')
		}
		alphabet := map[byte]string{'n': "0123456789", 'a': "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 'c': "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}[structure[i]]
		b.WriteString(rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), n, n, n).Draw(t, "block"))
	}
	return b.String()
}

// TestCleanDigitRuns: counters, epochs and dates of the shapes that logs hold are
// no cards.
func TestCleanDigitRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(946684800, 2208988800).Draw(t, "epoch")
		for _, scale := range []int64{1_000, 1_000_000, 1_000_000_000} {
			if card(decimal(second * scale)) {
				t.Fatal("an epoch passes as a card")
			}
		}
	})
}

func decimal(n int64) string {
	var b [20]byte
	i := len(b)
	for ; n > 0; n /= 10 {
		i--
		b[i] = byte('0' + n%10)
	}
	return string(b[i:])
}
