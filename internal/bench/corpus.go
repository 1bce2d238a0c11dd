package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// corpus is a file of generated lines with what is expected of it.
type corpus struct {
	Name string
	expectation
	lines []string
}

// expectation is what a corpus holds. A scan that finds another number of leaky lines
// has not done the work it is measured by.
type expectation struct {
	Lines int `json:"lines"`
	Bytes int `json:"bytes"`
	// Leaky is the number of lines in which something stands that must be found, and
	// Kinds how many of them hold what.
	Leaky int            `json:"leaky"`
	Kinds map[string]int `json:"kinds,omitempty"`
}

// part is the i-th of so many parts of the corpus: its first line and its length.
func (c *corpus) part(i, of int) (from, n int) {
	n = len(c.lines) / of
	return i * n, n
}

// The corpora. Lines are about 129 bytes long, which is the mean of server logs, and
// values about 9, which is that of attributes.
const (
	clean  = "clean"
	hits1  = "hits-1"
	hits10 = "hits-10"
	values = "values"

	manifest = "expected.json"
)

// corpora are the corpora of lines and how many of a hundred of their lines leak.
var corpora = []struct {
	name  string
	leaky int
}{{clean, 0}, {hits1, 1}, {hits10, 10}}

// generate writes all corpora and their manifest into dir. The same seed gives the
// same bytes.
func generate(dir string, lines int, seed uint64) error {
	expected := map[string]expectation{}
	for i, c := range corpora {
		w := newWriter(seed + uint64(i))
		e, err := write(filepath.Join(dir, c.name+".log"), lines, func() (line, kind string) {
			line = w.line()
			if w.IntN(100) < c.leaky {
				return w.leak(line)
			}
			return line, ""
		})
		if err != nil {
			return err
		}
		expected[c.name] = e
	}
	w := newWriter(seed + 100)
	e, err := write(filepath.Join(dir, values+".log"), 4*lines, func() (string, string) { return w.value(), "" })
	if err != nil {
		return err
	}
	expected[values] = e
	data, err := json.MarshalIndent(expected, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, manifest), append(data, '\n'), 0o600)
}

func write(path string, lines int, next func() (line, kind string)) (expectation, error) {
	e := expectation{Kinds: map[string]int{}}
	f, err := os.Create(path)
	if err != nil {
		return e, err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	for range lines {
		line, kind := next()
		e.Lines++
		e.Bytes += len(line)
		if kind != "" {
			e.Leaky++
			e.Kinds[kind]++
		}
		fmt.Fprintln(out, line)
	}
	return e, out.Flush()
}

// load reads what generate wrote.
func load(dir string) (map[string]*corpus, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifest))
	if err != nil {
		return nil, err
	}
	var expected map[string]expectation
	if err := json.Unmarshal(data, &expected); err != nil {
		return nil, err
	}
	out := map[string]*corpus{}
	for name, e := range expected {
		text, err := os.ReadFile(filepath.Join(dir, name+".log"))
		if err != nil {
			return nil, err
		}
		c := &corpus{Name: name, expectation: e, lines: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
		if len(c.lines) != e.Lines {
			return nil, fmt.Errorf("corpus %s holds %d lines, %s says %d", name, len(c.lines), manifest, e.Lines)
		}
		out[name] = c
	}
	return out, nil
}

// writer makes lines up.
type writer struct{ *rand.Rand }

func newWriter(seed uint64) *writer { return &writer{rand.New(rand.NewPCG(seed, 1))} }

// lineForms are log lines as servers write them, in the notations that servers use;
// a word in braces is filled in. None holds an address of a host or anything else
// that a rule of the catalogue finds.
var lineForms = []string{
	"{date} {clock} {n} INFO dfs.DataNode$PacketResponder: PacketResponder {d} for block blk_{n}{n} terminating after {n} ms, {n} bytes acknowledged",
	"{date} {clock} {n} WARN dfs.FSNamesystem: BLOCK* ask to replicate blk_{n}{n} to {d} datanode(s), {d} of {d} racks are available for it",
	`level=info ts={iso} caller={word}.go:{n} component={word} msg="request served" method={method} path={path} status={status} duration={n}ms size={n}`,
	`level=warn ts={iso} caller={word}.go:{n} msg="slow query" table={word}s rows={n} took={n}ms limit={n}ms component={word}-store shard={d}`,
	`level=debug ts={iso} component={word} msg="cache miss" shard={d} entries={n} evicted={d} hit_ratio=0.{n}`,
	`{"level":"info","ts":"{iso}","logger":"{word}","msg":"order placed","items":{d},"amount":{n},"currency":"EUR","took_ms":{n},"attempt":{d}}`,
	`{"level":"warn","ts":"{iso}","msg":"retrying","component":"{word}","attempt":{d},"backoff_ms":{n},"reason":"upstream timed out"}`,
	`{"time":"{iso}","severity":"INFO","message":"{word} {word} finished","duration_ms":{n},"rows":{n},"trace_flags":"01"}`,
	"{month} {d} {clock} {word}-{d} systemd[{n}]: {word}-{word}.service: main process exited, code=exited, status={d}/FAILURE after {n} ms",
	"{month} {d} {clock} {word}-{d} kernel: [{n}.{n}] {word}{d}: link is up at {n} Mbps, full duplex, flow control rx and tx, queue {d}",
	"{month} {d} {clock} {word}-{d} sshd[{n}]: pam_unix(sshd:session): session closed for the operator of {word}; {n} s of {n} s used",
	"{iso} [{word}-{d}] INFO  c.a.{Word}Service - handled {n} events of {word} in {n} ms ({d} late, {d} discarded), lag {n}",
	"{iso} [{word}-{d}] WARN  c.a.{Word}Pool - pool has {d} idle and {d} active of {d} connections, waited {n} us for one",
	"{iso} [{word}-{d}] ERROR c.a.{Word}Client - call to {word} failed: deadline exceeded after {n} ms, attempt {d} of {d}",
	"\tat c.a.{Word}Service.lambda$run${d}({Word}Service.java:{n}) ~[{word}-{d}.{d}.{d}.jar!/:{d}.{d}.{d}] called by {word}",
	`{method} {path} HTTP/1.1 {status} {n} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:{d}) Gecko/20100101 Firefox/{d}" {n} us, upstream {d}`,
	"{method} {path} HTTP/2.0 {status} in {n} us, {n} bytes sent, {d} upstream tries, cache {word}, worker {d}, connection {n}",
	"I{n} {clock} {n} {word}.go:{n}] {Word} controller synced {d} of {d} objects of kind {Word} in the namespace {word}, requeued {d}",
	"commit {hex40} by build {n} on branch {word} finished with {d} warnings and {d} failed tests in {n} s",
	"jk2_init() Found child {n} in scoreboard slot {d}; workerEnv.init() ok for the worker {word} after {n} tries, {n} us",
	"nova-compute req-{word}-{n} instance {word} : memory usage {n} MB of {n} MB, disk {n} GB, {d} vcpus, claim successful on node {word}-{d}",
	"task {d}.{d} in stage {d}.{d} (TID {n}) finished in {n} ms on executor {d} ({d}/{d}), {n} bytes of result sent to the driver",
	"{iso} {word}/{word}: reconcile {word} generation={n} observed={n} ready={d} desired={d} took={n}ms queue={d} backoff={d}s",
	"gc {n} @{n}.{n}s {d}%: 0.{n}+{d}.{d}+0.{n} ms clock, {d}.{d}+{d}/{d}/{d}+{d} ms cpu, {d}->{d}->{d} MB, {d} MB goal, {d} P",
	"{iso} UTC [{n}] {word} LOG:  checkpoint complete: wrote {n} buffers ({d}%); {d} WAL file(s) added, {d} removed, write={d}.{d} s",
	"{iso} {word} audit: policy {word} evaluated for {word}/{word}: allowed, {d} conditions of {d} held, {n} us, revision {n}",
}

var someWords = strings.Fields(`order basket checkout stock parcel invoice ledger worker router shard broker
	scheduler indexer gateway frontend catalog search report batch stream metric storage tenant region bucket`)

func (w *writer) line() string {
	form := lineForms[w.IntN(len(lineForms))]
	var b strings.Builder
	for {
		text, rest, more := strings.Cut(form, "{")
		b.WriteString(text)
		if !more {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if filled := w.fill(name); filled != "" {
			b.WriteString(filled)
			form = after
			continue
		}
		b.WriteByte('{') // a brace of the form itself
		form = rest
	}
}

// fill is what stands for a word in braces, or nothing for what is no such word.
func (w *writer) fill(name string) string {
	switch name {
	case "d":
		return fmt.Sprint(1 + w.IntN(9))
	case "n":
		return fmt.Sprint(10 + w.IntN(89990))
	case "word":
		return w.pick(someWords)
	case "Word":
		word := w.pick(someWords)
		return strings.ToUpper(word[:1]) + word[1:]
	case "date":
		return fmt.Sprintf("26%02d%02d", 1+w.IntN(12), 1+w.IntN(28))
	case "clock":
		return fmt.Sprintf("%02d:%02d:%02d", w.IntN(24), w.IntN(60), w.IntN(60))
	case "iso":
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", 1+w.IntN(12), 1+w.IntN(28), w.IntN(24), w.IntN(60), w.IntN(60), w.IntN(1000))
	case "month":
		return w.pick([]string{"Jan", "Feb", "Mar", "Apr", "Jun", "Sep", "Oct", "Dec"})
	case "method":
		return w.pick([]string{"GET", "GET", "GET", "POST", "PUT"})
	case "status":
		return w.pick([]string{"200", "200", "200", "204", "304", "404", "503"})
	case "path":
		return fmt.Sprintf("/%s/v%d/%s/%d", w.pick(someWords), 1+w.IntN(3), w.pick(someWords), w.IntN(100000))
	case "hex40":
		return w.some(40, "0123456789abcdef")
	}
	return ""
}

func (w *writer) pick(from []string) string { return from[w.IntN(len(from))] }

func (w *writer) some(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[w.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	digits   = "0123456789"
	lower    = "abcdefghijklmnopqrstuvwxyz"
	alphanum = digits + lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// leakForms are what leaks, by kind. Checksums are right, for a finding that the
// validators turn down would be no finding.
var leakForms = []struct {
	kind string
	form func(w *writer) string
}{
	{"email", func(w *writer) string {
		return fmt.Sprintf(" for %s.%s%d@%s.example.org", w.some(5, lower), w.some(7, lower), w.IntN(100), w.pick(someWords))
	}},
	{"card", func(w *writer) string { return " charged to " + w.luhn("4"+w.some(14, digits)) }},
	{"iban", func(w *writer) string { return " paid from " + w.iban("DE", w.some(18, digits)) }},
	{"jwt", func(w *writer) string {
		return " bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwiaWF0IjoxNTE2MjM5MDIyfQ." + w.some(43, alphanum)
	}},
	{"password", func(w *writer) string { return " password=" + w.some(6, alphanum) + "%" + w.some(5, alphanum) + "7b" }},
	{"aws", func(w *writer) string { return " with AKIA" + w.some(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") }},
	{"ssn", func(w *writer) string {
		return fmt.Sprintf(" ssn %03d-%02d-%04d", 200+w.IntN(400), 10+w.IntN(80), 1000+w.IntN(8000))
	}},
	{"url", func(w *writer) string {
		return " from postgres://" + w.some(7, lower) + ":" + w.some(14, alphanum) + "@db.example.org:5432/" + w.pick(someWords)
	}},
}

// leak puts something that leaks into a line, and a word behind it: a token at the end
// of a record might go on in the next.
func (w *writer) leak(line string) (leaky, kind string) {
	l := leakForms[w.IntN(len(leakForms))]
	return line + l.form(w) + " accepted", l.kind
}

// luhn is number with its check digit.
func (*writer) luhn(number string) string {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return number + fmt.Sprint((10-sum%10)%10)
}

// iban is the account with its country and its check digits.
func (*writer) iban(country, account string) string {
	rest := 0
	for _, c := range account + country + "00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A'+10)) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", country, 98-rest, account)
}

// value is a short text as attributes hold them.
func (w *writer) value() string {
	switch w.IntN(6) {
	case 0:
		return fmt.Sprintf("worker-%d", w.IntN(100))
	case 1:
		return fmt.Sprintf("/%s/%d", w.pick(someWords), w.IntN(10000))
	case 2:
		return w.pick(someWords) + "-" + w.some(3, lower)
	case 3:
		return w.fill("status") + " " + w.fill("method")
	case 4:
		return fmt.Sprintf("%d.%d.%d", w.IntN(20), w.IntN(20), w.IntN(100)) + "-rc"
	}
	return w.pick(someWords)
}

// hostileUnits are what attackers and unlucky programs repeat: each begins what some
// rule, or the reading of some notation, has to follow up.
var hostileUnits = []string{
	"https://a:b", "sk-ant-api03-", "api_key", "xoxb-", "key=", "-----BEGIN ", ".eyJ", "1", "eyJ", "4111 ",
	"adobe", "a@", "::", `{"a":`, "%25", `\"`, "<a>", "a.b@c.", "password: ", "1.2.3.", "QUFB", " ", "\x00", "é",
}

// hostile is a unit repeated up to a size.
func hostile(unit string, size int) string { return strings.Repeat(unit, size/len(unit)+1)[:size] }
