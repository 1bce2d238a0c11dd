package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

// A template is a line with places such as {uuid} in it, cut at them.
type template struct {
	literals []string // one more than there are places
	places   []place
}

// A place appends one made-up value.
type place func(to []byte, r *rand.Rand) []byte

// source is the randomness of one run: the same number, the same lines.
func source(n uint64) *rand.Rand { return rand.New(rand.NewPCG(20261125, n)) }

// readTemplates reads a file of templates, one a line; lines that begin with ## are
// for the reader. \r, \n, \xNN and the other escapes of a Go string stand for what
// they stand for there.
func readTemplates(file string) ([]template, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []template
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "##") {
			continue
		}
		t, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no templates", file)
	}
	return all, nil
}

func parse(line string) (template, error) {
	quoted, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`)
	if err != nil {
		return template{}, fmt.Errorf("an escape that Go does not know")
	}
	var t template
	rest, literal := quoted, ""
	for {
		before, after, found := strings.Cut(rest, "{")
		literal += before
		if !found {
			t.literals = append(t.literals, literal)
			return t, nil
		}
		name, next, closed := strings.Cut(after, "}")
		make, known := places[name]
		if !closed || !known { // a brace of the line's own
			literal, rest = literal+"{", after
			continue
		}
		t.literals, t.places = append(t.literals, literal), append(t.places, make)
		literal, rest = "", next
	}
}

// append adds the template, filled in.
func (t template) append(to []byte, r *rand.Rand) []byte {
	for i, make := range t.places {
		to = append(to, t.literals[i]...)
		to = make(to, r)
	}
	return append(to, t.literals[len(t.literals)-1]...)
}

// places are what stands in logs and is no one's secret, most of it of the forms that
// pattern tools take for one: ids, digests, counters, times, versions, names of code.
var places = map[string]place{
	"n2":        digits(2),
	"n4":        digits(4),
	"n6":        digits(6),
	"n9":        digits(9),
	"n10":       digits(10),
	"n12":       digits(12),
	"hex8":      hexadecimal(4),
	"hex16":     hexadecimal(8),
	"hex24":     hexadecimal(12),
	"hex32":     hexadecimal(16),
	"hex40":     hexadecimal(20),
	"hex64":     hexadecimal(32),
	"sri":       func(to []byte, r *rand.Rand) []byte { return base64.StdEncoding.AppendEncode(to, random(r, 48)) },
	"opaque":    func(to []byte, r *rand.Rand) []byte { return base64.RawURLEncoding.AppendEncode(to, random(r, 24)) },
	"uuid":      uuid,
	"ulid":      ulid,
	"snowflake": func(to []byte, r *rand.Rand) []byte { return strconv.AppendUint(to, 1<<60|r.Uint64()>>4, 10) },
	"epoch":     clock(func(t time.Time) int64 { return t.Unix() }),
	"epochms":   clock(func(t time.Time) int64 { return t.UnixMilli() }),
	"epochus":   clock(func(t time.Time) int64 { return t.UnixMicro() }),
	"epochns":   clock(func(t time.Time) int64 { return t.UnixNano() }),
	"time": func(to []byte, r *rand.Rand) []byte {
		return moment(r).AppendFormat(to, "2006-01-02T15:04:05.000Z07:00")
	},
	"date":  func(to []byte, r *rand.Rand) []byte { return moment(r).AppendFormat(to, time.DateOnly) },
	"float": func(to []byte, r *rand.Rand) []byte { return strconv.AppendFloat(to, r.Float64(), 'f', -1, 64) },
	"money": func(to []byte, r *rand.Rand) []byte {
		return strconv.AppendFloat(to, float64(r.IntN(1e6))/100, 'f', 2, 64)
	},
	"version": func(to []byte, r *rand.Rand) []byte {
		return fmt.Appendf(to, "%d.%d.%d", r.IntN(20), r.IntN(40), r.IntN(30))
	},
	"private": func(to []byte, r *rand.Rand) []byte {
		return fmt.Appendf(to, "10.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256))
	},
	"port": func(to []byte, r *rand.Rand) []byte { return strconv.AppendInt(to, int64(1024+r.IntN(64000)), 10) },
	"pod": func(to []byte, r *rand.Rand) []byte {
		return append(fmt.Appendf(to, "%s-%s-", pick(r, services), letters(r, 10)), letters(r, 5)...)
	},
	"service": oneOf(services),
	"word":    oneOf(words),
	"Word": func(to []byte, r *rand.Rand) []byte {
		w := pick(r, words)
		return append(append(to, w[0]-'a'+'A'), w[1:]...)
	},
	"class": oneOf(classes),
	"file": func(to []byte, r *rand.Rand) []byte {
		return fmt.Appendf(to, "%s/%s_%s%s", pick(r, services), pick(r, words), pick(r, words), pick(r, []string{".go", ".py", ".java", ".ts", ".rs"}))
	},
	"asset": func(to []byte, r *rand.Rand) []byte {
		return fmt.Appendf(to, "%s.%x%s", pick(r, words), random(r, 4), pick(r, []string{".js", ".css", ".woff2", ".svg", ".webp"}))
	},
	"host": func(to []byte, r *rand.Rand) []byte {
		return fmt.Appendf(to, "%s-%02d.%s.example.com", pick(r, services), r.IntN(40), pick(r, []string{"eu-west-1", "us-east-2", "ap-south-1"}))
	},
	"agent": oneOf(agents),
	"phrase": func(to []byte, r *rand.Rand) []byte {
		for i := range 3 + r.IntN(5) {
			if i > 0 {
				to = append(to, ' ')
			}
			to = append(to, pick(r, words)...)
		}
		return to
	},
}

func digits(n int) place {
	return func(to []byte, r *rand.Rand) []byte {
		to = append(to, byte('1'+r.IntN(9)))
		for range n - 1 {
			to = append(to, byte('0'+r.IntN(10)))
		}
		return to
	}
}

func hexadecimal(n int) place {
	return func(to []byte, r *rand.Rand) []byte { return hex.AppendEncode(to, random(r, n)) }
}

func oneOf(from []string) place {
	return func(to []byte, r *rand.Rand) []byte { return append(to, pick(r, from)...) }
}

func clock(unit func(time.Time) int64) place {
	return func(to []byte, r *rand.Rand) []byte { return strconv.AppendInt(to, unit(moment(r)), 10) }
}

func uuid(to []byte, r *rand.Rand) []byte {
	b := random(r, 16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Appendf(to, "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ulid is 26 characters of Crockford's base32, the time first.
func ulid(to []byte, r *rand.Rand) []byte {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	b := make([]byte, 26)
	ms := moment(r).UnixMilli()
	for i := 9; i >= 0; i-- {
		b[i], ms = alphabet[ms&31], ms>>5
	}
	for i := 10; i < 26; i++ {
		b[i] = alphabet[r.IntN(32)]
	}
	return append(to, b...)
}

// moment is a time in the year 2026.
func moment(r *rand.Rand) time.Time {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(r.Int64N(int64(365 * 24 * time.Hour))))
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.UintN(256))
	}
	return b
}

// letters are n of those that Kubernetes makes names of.
func letters(r *rand.Rand, n int) string {
	const alphabet = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

var (
	services = strings.Fields("checkout cart catalog search ledger shipping invoice gateway billing recommender frontend inventory scheduler notifier exporter importer ingest archive auth-proxy session-store token-service secret-sync key-rotator pass-through")
	words    = strings.Fields("amber anchor arrow atlas basin beacon birch bridge canyon cedar circle cloud coast copper coral crater delta dune ember engine falcon fern flint forest garden glacier granite harbor hazel hollow island ivory jasper juniper kernel lagoon lantern ledger linen lotus magnet maple marble meadow mirror moss nickel oasis olive orbit orchid otter pebble pepper pine planet prairie quartz raven ribbon river saffron sail shadow signal silver slate spruce stone summit thicket tiger timber topaz tunnel valley velvet violet walnut willow winter state account")
	// telling are words beside which rules look for values. Loads use them where no
	// value follows.
	telling = strings.Fields("key pass secret session auth code pin token password credentials account card cvv iban passport licence apikey login")
	classes = strings.Fields("org.acme.shop.checkout.CheckoutController com.acme.ledger.internal.TransactionCoordinator$Batch io.acme.search.IndexWriterPool acme.shop.auth.TokenRefreshScheduler acme.keys.KeyRotationTask java.util.concurrent.ThreadPoolExecutor$Worker org.acme.session.SessionSweeper com.acme.passport.PassThroughFilter github.com/acme/shop/checkout.(*Server).PlaceOrder")
	agents  = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
		"kube-probe/1.30", "Prometheus/2.53.1", "curl/8.8.0", "Go-http-client/1.1", "okhttp/4.12.0", "python-requests/2.32.3",
	}
)
