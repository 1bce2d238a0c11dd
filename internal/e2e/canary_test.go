//go:build e2e && linux

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// canary is a planted value.
type canary struct {
	what  string // for people
	value string // eight bytes or more: what is shorter turns up by chance
}

// loot is a set of planted values and the records they stand in.
type loot struct {
	canaries []canary
	records  []record
}

// record is what a sender puts into one log record or span, beside its number.
type record struct {
	Body       any            `json:"body"` // string, number, bool, list or map of them
	Attributes map[string]any `json:"attributes"`
}

const (
	digits = "0123456789"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	alnum  = upper + lower + digits
)

// plain stands in an attribute of every record and must come through as it is.
const plain = "parcel 17-B handed over, 1320 g, route \"north\" \u2014 d\u00e9j\u00e0 vu"

// planted is every planted value so far.
var planted []canary

// plant adds a value to those that are looked for, and returns it.
func (l *loot) plant(what, value string) string {
	l.canaries = append(l.canaries, canary{what, value})
	planted = append(planted, canary{what, value})
	return value
}

func newLoot(r *rand.Rand) *loot {
	l := &loot{}
	plant := l.plant
	chars := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	card := func() string { return luhn("47162" + chars(digits, 10)) }
	email := func() string { return chars(lower, 5) + "." + chars(lower, 6) + "@acme.example" }
	password := func() string { return chars(alnum, 6) + "-" + chars(lower, 4) + chars(digits, 2) }

	var (
		prose    = plant("card in prose", card())
		inJSON   = plant("card in a JSON body", card())
		query    = plant("card in a query", card())
		mail     = plant("e-mail in prose", email())
		attr     = plant("e-mail in an attribute", email())
		array    = plant("e-mail in an array", email())
		db       = plant("password in a URL", password())
		nested   = plant("password in a map", password())
		logfmt   = plant("password in logfmt", password())
		aws      = plant("AWS key id", "AKIA"+chars(upper+"234567", 16))
		secret   = plant("AWS secret key", chars(alnum, 40))
		stripe   = plant("Stripe key", "sk_live_"+chars(alnum, 24))
		slack    = plant("Slack token", "xoxb-"+chars(digits, 12)+"-"+chars(digits, 12)+"-"+chars(alnum, 24))
		jwt      = plant("JWT in a header", webToken(chars(lower, 8), chars(alnum, 43)))
		cookie   = plant("session cookie", chars(alnum, 32))
		ibanDE   = plant("IBAN in a map", iban("DE", chars(digits, 18)))
		ssn      = plant("SSN under its key", "536-"+strconv.Itoa(10+r.IntN(89))+"-"+strconv.Itoa(1000+r.IntN(8999)))
		phone    = plant("telephone under its key", "+4420794"+chars(digits, 5))
		exported = plant("e-mail in a stack trace", email())
	)
	l.records = []record{
		{"order accepted, paid with card " + prose + ", leaves today", map[string]any{"customer.email": attr, "order.items": 3}},
		{`{"event":"charge","card":{"number":"` + inJSON + `","brand":"visa"},"amount":4200}`, map[string]any{"mail.to": []any{array, "nobody"}}},
		{map[string]any{"event": "refund", "payout": map[string]any{"iban": ibanDE, "cents": 1250}, "account": map[string]any{"user": "ann", "password": nested}}, map[string]any{"phone": phone}},
		{"level=warn msg=\"password reset\" user=ann password=" + logfmt + " attempt=1", map[string]any{"ssn": ssn, "retry": true}},
		{"cannot reach postgres://checkout:" + db + "@db.acme.example:5432/orders?sslmode=require", map[string]any{"url.full": "https://shop.acme.example/pay?card=" + query + "&step=2"}},
		{"config: AWS_ACCESS_KEY_ID=" + aws + " AWS_SECRET_ACCESS_KEY=" + secret + " region=eu-west-1", map[string]any{"clients": map[string]any{"stripe": stripe}}},
		{"notify failed: not_authed for " + slack, map[string]any{"http.request.header.authorization": []any{"Bearer " + jwt}, "http.request.header.cookie": []any{"theme=dark; session_id=" + cookie}}},
		{"mail to " + mail + " queued", map[string]any{"exception.stacktrace": "com.acme.PaymentException: customer " + exported + " was refused\n\tat com.acme.Checkout.pay(Checkout.java:118)"}},
	}
	return l
}

// luhn appends the check digit of ISO/IEC 7812-1.
func luhn(number string) string {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
			d -= d / 10 * 9
		}
		sum += d
	}
	return number + string(digits[(10-sum%10)%10])
}

// iban puts the check digits of ISO 7064 MOD 97-10 in front of an account number.
func iban(country, account string) string {
	rest := 0
	for _, c := range account + country + "00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return country + strconv.Itoa(100 + 98 - rest)[1:] + account
}

// webToken is a JSON Web Token, RFC 7519, with a signature nobody made.
func webToken(subject, signature string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(`{"sub":"`+subject+`","exp":1924988400}`)) + "." + signature
}

// form is one way a planted value may be written.
type form struct {
	canary *canary
	name   string
	text   []byte
}

// searcher looks for all forms of many values at once.
type searcher struct {
	first [1 << 16]bool      // by the first two bytes of a form
	forms map[[8]byte][]form // by its first eight
}

func newSearcher(canaries []canary) *searcher {
	s := &searcher{forms: map[[8]byte][]form{}}
	for i := range canaries {
		for _, f := range formsOf(&canaries[i]) {
			key := [8]byte(f.text)
			s.first[binary.LittleEndian.Uint16(f.text)] = true
			if !slices.ContainsFunc(s.forms[key], func(g form) bool { return bytes.Equal(g.text, f.text) }) {
				s.forms[key] = append(s.forms[key], f)
			}
		}
	}
	return s
}

// formsOf returns the forms that are looked for. In base64 a value looks
// different at each of three offsets; what its neighbours have a part in is left
// out. The halves are those of a value that was cut in two.
func formsOf(c *canary) []form {
	var forms []form
	add := func(name, text string) {
		if len(text) >= 8 {
			forms = append(forms, form{c, name, []byte(text)})
		}
	}
	v := c.value
	add("raw", v)
	if len(v) >= 32 { // half a card number turns up by chance
		add("first half", v[:len(v)/2])
		add("second half", v[len(v)/2:])
	}
	add("URL", url.QueryEscape(v))
	add("URL", url.PathEscape(v))
	add("hex", hex.EncodeToString([]byte(v)))
	add("hex", strings.ToUpper(hex.EncodeToString([]byte(v))))
	if quoted, err := json.Marshal(v); err == nil {
		add("JSON", string(quoted[1:len(quoted)-1]))
	}
	units := utf16.Encode([]rune(v))
	little, big := make([]byte, 0, 2*len(units)), make([]byte, 0, 2*len(units))
	for _, u := range units {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	add("UTF-16LE", string(little))
	add("UTF-16BE", string(big))
	for offset := range 3 {
		padded := append(make([]byte, offset), v...)
		first, last := (offset*8+5)/6, len(padded)*8/6
		add("base64", base64.RawStdEncoding.EncodeToString(padded)[first:last])
		add("base64", base64.RawURLEncoding.EncodeToString(padded)[first:last])
	}
	return forms
}

// in returns what kinds of values stand in data, and in which form first.
func (s *searcher) in(data []byte) map[string]string {
	found := map[string]string{}
	for i := 0; i+8 <= len(data); i++ {
		if !s.first[binary.LittleEndian.Uint16(data[i:])] {
			continue
		}
		for _, f := range s.forms[[8]byte(data[i:])] {
			if _, known := found[f.canary.what]; !known && bytes.HasPrefix(data[i:], f.text) {
				found[f.canary.what] = f.name
			}
		}
	}
	return found
}

// place is somewhere a planted value could have been written.
type place struct {
	name string
	data []byte
}

// folder is every file below a directory, each a place.
func folder(t *testing.T, name, dir string) []place {
	t.Helper()
	var places []place
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		places = append(places, place{name + "/" + d.Name(), data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(places) == 0 {
		t.Fatalf("%s holds no file to look at", name)
	}
	return places
}

// survivors is how many kinds of planted values stand in the places; the test fails
// for each.
func (s *searcher) survivors(t *testing.T, places ...place) int {
	t.Helper()
	kinds := map[string]bool{}
	for _, p := range places {
		for what, how := range s.in(p.data) {
			kinds[what] = true
			t.Errorf("planted value (%s, %s) in %s", what, how, p.name)
		}
	}
	return len(kinds)
}

// TestShadow is the search held against a sidecar that masks nothing: what finds no
// planted value elsewhere finds all of them here, and none in the process's own
// log, which the built-in policy guards whatever the pipeline's policy is.
func TestShadow(t *testing.T) {
	l := newLoot(random(t))
	s := newSearcher(l.canaries)
	count := newTally()
	b := newBackend(t, func(lr plog.LogRecord) { count.deliver(numberOf(lr)) })
	c := newSidecar(t, b.grpc)
	c.set("processors.airtight.mode", "shadow")
	c.start()
	if _, err := dial(t, c.grpc).Export(t.Context(), plogotlp.NewExportRequestFromLogs(l.batch("sender", 0, len(l.records)))); err != nil {
		t.Fatal(err)
	}
	count.acknowledge("sender", 0, len(l.records))
	if !eventually(20*time.Second, count.complete) {
		count.missing(t)
	}
	c.stop()
	came, onDisk := s.in(b.received()), map[string]string{}
	for _, p := range folder(t, "queue", c.queue) {
		maps.Copy(onDisk, s.in(p.data))
	}
	figure("shadow mode, for contrast: planted %d, found at the backend %d, in the queue %d, in the log %d",
		len(l.canaries), len(came), len(onDisk), s.survivors(t, place{"log", c.logs()}))
	if len(came) != len(l.canaries) || len(onDisk) != len(l.canaries) {
		t.Error("the search misses values that are there")
	}
}

// TestSearcher writes every planted value in every form and looks for it.
func TestSearcher(t *testing.T) {
	l := newLoot(random(t))
	s := newSearcher(l.canaries)
	forms := 0
	for i := range l.canaries {
		for _, f := range formsOf(&l.canaries[i]) {
			forms++
			for _, data := range [][]byte{f.text, slices.Concat([]byte("x"), f.text, []byte("y"))} {
				if s.in(data)[f.canary.what] == "" {
					t.Errorf("%s as %s is not found", f.canary.what, f.name)
				}
			}
		}
		// In base64 beside others, at every offset.
		for offset := range 3 {
			text := strings.Repeat("=", offset) + l.canaries[i].value + "tail"
			if s.in([]byte(base64.StdEncoding.EncodeToString([]byte(text))))[l.canaries[i].what] == "" {
				t.Errorf("%s in base64 at offset %d is not found", l.canaries[i].what, offset)
			}
		}
	}
	if found := s.in([]byte(plain + strings.Repeat(alnum, 100))); len(found) > 0 {
		t.Errorf("%d values are found in a text without any", len(found))
	}
	figure("search: %d planted values in %d forms", len(l.canaries), forms)
}
