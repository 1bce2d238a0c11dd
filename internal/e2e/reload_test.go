//go:build e2e && linux

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

// inForceWithin is what is promised of a changed policy.
const inForceWithin = 2 * time.Second

// configMap is a folder as the kubelet makes it of a ConfigMap: the file is a link
// into ..data, and that is a link which is swapped for one to a new folder.
type configMap struct {
	t    *testing.T
	dir  string
	file string
	n    int
}

func newConfigMap(t *testing.T, content string) *configMap {
	t.Helper()
	c := &configMap{t: t, dir: t.TempDir()}
	c.file = filepath.Join(c.dir, "policy.yaml")
	c.swap(content)
	if err := os.Symlink("..data/policy.yaml", c.file); err != nil {
		t.Fatal(err)
	}
	return c
}

// swap returns when the new content was there to be seen.
func (c *configMap) swap(content string) time.Time {
	c.t.Helper()
	c.n++
	fresh := fmt.Sprintf("..2026_%04d", c.n)
	old, _ := os.Readlink(filepath.Join(c.dir, "..data"))
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	must(os.Mkdir(filepath.Join(c.dir, fresh), 0o755))
	must(os.WriteFile(filepath.Join(c.dir, fresh, "policy.yaml"), []byte(content), 0o644))
	must(os.Symlink(fresh, filepath.Join(c.dir, "..data_tmp")))
	must(os.Rename(filepath.Join(c.dir, "..data_tmp"), filepath.Join(c.dir, "..data")))
	at := time.Now()
	if old != "" {
		must(os.RemoveAll(filepath.Join(c.dir, old)))
	}
	return at
}

// goodPolicy tells by its masks which one it is.
func goodPolicy(n int) string {
	return fmt.Sprintf(`
rules:
  - id: e2e-policy-%d
    class: identity
    pattern: '\bPOL-\d{6}\b'
    examples: {match: ["POL-123456"], ignore: ["POL-12"]}
`, n)
}

// badPolicies each hold a value that must not be told.
func badPolicies(secret string) []string {
	return []string{
		"mode: " + secret + "\n",
		"packs: [secrets, " + secret + "\n",
		"password: " + secret + "\n",
		"rules:\n  - {id: e2e-bad, class: identity, pattern: '(?=" + secret + ")x'}\n",
		"rules:\n  - {id: e2e-bad, class: identity, pattern: 'BAD-\\d{6}', examples: {match: [" + secret + "]}}\n",
		"actions: {contact: token}\nallow: [{value: " + secret + ", reason: docs}]\n",
		"allow: [{value: " + secret + ", reason: docs, expires: never}]\n",
		"\x00\x01" + secret,
	}
}

// TestReloads changes the policy a hundred times under load, twenty times for a bad
// one.
func TestReloads(t *testing.T) {
	const (
		swaps = 100
		bad   = 20
		burst = 10 // the last, not waited for
	)
	r := random(t)
	l := newLoot(r)
	const employee = "POL-471629" // what the policies under test mask
	for i := range l.records {
		l.records[i].Attributes["badge"] = "holder of " + employee
	}
	l.plant("number under the changing rule", employee)
	secret := l.plant("value in a bad policy", "Zq"+strconv.Itoa(100000+r.IntN(900000))+"xKwRtVbn")
	s := newSearcher(l.canaries)

	type arrival struct{ seq, policy int }
	var mu sync.Mutex
	var arrivals []arrival
	unmasked := 0
	count := newTally()
	masked := regexp.MustCompile(`^holder of \[redacted:e2e-policy-(\d+)\]$`)
	b := newBackend(t, func(lr plog.LogRecord) {
		count.deliver(numberOf(lr))
		badge, _ := lr.Attributes().Get("badge")
		seq, _ := lr.Attributes().Get("e2e.seq")
		mu.Lock()
		defer mu.Unlock()
		if m := masked.FindStringSubmatch(badge.Str()); m != nil {
			policy, _ := strconv.Atoi(m[1])
			arrivals = append(arrivals, arrival{int(seq.Int()), policy})
		} else {
			unmasked++
		}
	})
	policies := newConfigMap(t, goodPolicy(0))
	c := newSidecar(t, b.grpc)
	c.set("processors.airtight.policy_file", policies.file)
	c.start()
	sender := &load{loot: l, producer: "load", size: 20, pause: 10 * time.Millisecond, tally: count}
	sender.begin(t, c.grpc)

	// Which ones are bad is by chance, but the last is good.
	isBad := map[int]bool{}
	for _, n := range r.Perm(swaps - 1)[:bad] {
		isBad[n+1] = true
	}
	faults := badPolicies(secret)
	swapped := map[int]time.Time{0: {}} // the good ones
	const reloads = "otelcol_processor_airtight_reloads"
	var took []time.Duration // from each good swap to the count of its reload
	for n := 1; n <= swaps; n++ {
		outcome, content := `outcome="applied"`, goodPolicy(n)
		if isBad[n] {
			outcome, content = `outcome="rejected"`, faults[n%len(faults)]
		}
		before := c.metric(reloads, outcome)
		at := policies.swap(content)
		if !isBad[n] {
			swapped[n] = at
		}
		if n > swaps-burst {
			time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
			continue
		}
		if !eventually(2*inForceWithin, func() bool { return c.metric(reloads, outcome) > before }) {
			t.Fatalf("swap %d: no reload was counted with %s", n, outcome)
		}
		if !isBad[n] {
			took = append(took, time.Since(at))
		}
		time.Sleep(time.Duration(r.IntN(50)) * time.Millisecond)
	}
	time.Sleep(inForceWithin + time.Second)
	sender.end()
	if !eventually(30*time.Second, count.complete) {
		t.Error("not everything acknowledged was delivered")
	}
	applied, rejected := c.metric(reloads, `outcome="applied"`), c.metric(reloads, `outcome="rejected"`)
	page, peak := c.page(), c.peak()
	c.stop()

	mu.Lock()
	defer mu.Unlock()
	good := slices.Sorted(func(yield func(int) bool) {
		for n := range swapped {
			if !yield(n) {
				return
			}
		}
	})
	// A batch goes through the gate between being sent and being answered: its
	// policy was in force at some time between, and no newer one was overdue.
	stale, early := 0, 0
	last := 0
	for _, a := range arrivals {
		when := sender.batches[a.seq/sender.size]
		at, known := swapped[a.policy]
		if !known || at.After(when.done) {
			early++
			continue
		}
		i, _ := slices.BinarySearch(good, a.policy)
		if i+1 < len(good) && when.sent.After(swapped[good[i+1]].Add(inForceWithin)) {
			stale++
		}
		last = max(last, a.policy)
	}
	slices.Sort(took)
	if slowest := took[len(took)-1]; slowest > inForceWithin {
		t.Errorf("a policy was in force after %v, want %v at most", slowest, inForceWithin)
	}
	if last != swaps {
		t.Error("no record came under the last policy")
	}
	if stale > 0 {
		t.Errorf("%d records went under a policy that should have been replaced %v before", stale, inForceWithin)
	}
	if early > 0 {
		t.Errorf("%d records went under a policy that was not there", early)
	}
	if unmasked > 0 {
		t.Errorf("%d records came without the mask of any policy", unmasked)
	}
	if !bytes.Contains(c.logs(), []byte("is rejected")) {
		t.Error("no log line says that a policy was rejected")
	}
	acknowledged, delivered, lost, duplicates := count.count()
	survivors := s.survivors(t, place{"backend", b.received()}, place{"log", c.logs()}, place{"metrics", page})
	survivors += s.survivors(t, folder(t, "queue", c.queue)...)
	refused, why := sender.refusals()
	figure("reloads: %d swaps (%d bad, %d in a burst): %d applied, %d rejected; records acknowledged %d delivered %d lost %d duplicates %d refused %d; planted survivors %d",
		swaps, bad, burst, applied, rejected, acknowledged, delivered, lost, duplicates, refused, survivors)
	figure("reloads: in force after %v in the middle, %v at most; records under a policy overdue by more than %v: %d",
		took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), inForceWithin, stale)
	figure("reloads: peak memory %d MiB of %d", peak, c.memory)
	if lost > 0 {
		t.Errorf("%d records are lost", lost)
	}
	// Waiting is the one thing a sender may be asked for.
	for _, text := range why {
		if !strings.Contains(text, "code = Unavailable") {
			t.Errorf("a request was refused with %q", text)
		}
	}
	if peak > c.memory {
		t.Errorf("%d MiB were in use at the peak, the container has %d", peak, c.memory)
	}
}
