package configguard

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/airtight-telemetry/airtight/internal/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// observed is what a watcher has done, as its two callbacks saw it.
type observed struct {
	swaps   chan *policy.Compiled
	reports chan error
	refuse  error
}

func watch(t *testing.T, c *Config) *observed {
	t.Helper()
	o := &observed{swaps: make(chan *policy.Compiled, 1000), reports: make(chan error, 1000)}
	w := c.Watch(func(p *policy.Compiled) error {
		if o.refuse != nil {
			return o.refuse
		}
		o.swaps <- p
		return nil
	}, func(err error) { o.reports <- err })
	t.Cleanup(w.Close)
	return o
}

// next is the next report. Two seconds are what the contract allows.
func (o *observed) next(t *testing.T) error {
	t.Helper()
	select {
	case err := <-o.reports:
		return err
	case <-time.After(2 * time.Second):
		t.Fatal("no reload within two seconds")
		return nil
	}
}

func (o *observed) silent(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case err := <-o.reports:
		t.Fatalf("a reload without a change: %v", err)
	case <-time.After(d):
	}
}

func (o *observed) policy(t *testing.T) *policy.Compiled {
	t.Helper()
	if err := o.next(t); err != nil {
		t.Fatal(err)
	}
	return <-o.swaps
}

func start(t *testing.T, path string) *Config {
	t.Helper()
	c := Default()
	c.PolicyFile = path
	if _, err := c.Load(time.Now()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReload(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "numbers: string\n")
	o := watch(t, start(t, path))

	write(t, path, "numbers: zero\n")
	if p := o.policy(t); p.Numbers != policy.NumbersZero {
		t.Errorf("numbers are %v", p.Numbers)
	}
	write(t, path, "numbers: none\n")
	if err := o.next(t); err == nil || err.Error() != path+":1:1: numbers: must be string or zero or drop" {
		t.Errorf("a bad file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := o.next(t); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: %v", err)
	}
	if len(o.swaps) != 0 {
		t.Error("a bad file is put in force")
	}
	// As editors do: another file takes the place.
	write(t, path+".new", "numbers: drop\n")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if p := o.policy(t); p.Numbers != policy.NumbersDrop {
		t.Errorf("numbers are %v", p.Numbers)
	}
	write(t, filepath.Join(filepath.Dir(path), "neighbour.yaml"), "x: y")
	o.silent(t, 400*time.Millisecond)
}

func TestSwapRefuses(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "numbers: string\n")
	c := start(t, path)
	reports := make(chan error, 1)
	w := c.Watch(func(*policy.Compiled) error { return errors.New("rule x does not find its own example") }, func(err error) { reports <- err })
	defer w.Close()
	write(t, path, "numbers: zero\n")
	if err := <-reports; err == nil || err.Error() != "the policy is not put in force: rule x does not find its own example" {
		t.Error(err)
	}
}

// TestSwapPanics: a panic is an outcome, and what it said stays unsaid.
func TestSwapPanics(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "numbers: string\n")
	c := start(t, path)
	reports := make(chan error, 1)
	w := c.Watch(func(*policy.Compiled) error { panic("hunter2") }, func(err error) { reports <- err })
	defer w.Close()
	write(t, path, "numbers: zero\n")
	if err := <-reports; err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// TestKubernetesSwap moves the link ..data as the kubelet does: the file, a link
// through it, is never written.
func TestKubernetesSwap(t *testing.T) {
	dir := t.TempDir()
	version := func(name, text string) {
		t.Helper()
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name, "p.yaml"), text)
		if err := os.Symlink(name, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	version("..1", "numbers: string\n")
	path := filepath.Join(dir, "p.yaml")
	if err := os.Symlink("..data/p.yaml", path); err != nil {
		t.Fatal(err)
	}
	o := watch(t, start(t, path))
	for i, text := range []string{"numbers: zero\n", "numbers: drop\n"} {
		version(fmt.Sprintf("..%d", i+2), text)
		if err := os.RemoveAll(filepath.Join(dir, fmt.Sprintf("..%d", i+1))); err != nil {
			t.Fatal(err)
		}
		if p := o.policy(t); p.Numbers != policy.Numbers(i+1) {
			t.Errorf("version %d: numbers are %v", i+2, p.Numbers)
		}
	}
}

func keyring(ids ...string) string {
	var b strings.Builder
	b.WriteString("keys:\n")
	for i, id := range ids {
		fmt.Fprintf(&b, "  - {id: %s, created: 2026-01-%02d, secret: %s}\n", id, i+1, strings.Repeat("QUFB", 11))
	}
	return b.String()
}

func TestKeyringReload(t *testing.T) {
	keys := write(t, filepath.Join(t.TempDir(), "keyring.yaml"), keyring("k1"))
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "keyring: "+keys+"\n")
	o := watch(t, start(t, path))
	write(t, keys, keyring("k1", "k2"))
	if p := o.policy(t); p.Ring.Current().ID != "k2" {
		t.Errorf("current is %s", p.Ring.Current().ID)
	}
	if err := os.Chmod(keys, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := o.next(t); err == nil || !strings.Contains(err.Error(), "chmod 0600") {
		t.Errorf("open to the world: %v", err)
	}
	// While the policy is broken the keyring stays in sight.
	write(t, path, "keyring: [\n")
	if err := o.next(t); err == nil {
		t.Error("accepted")
	}
	write(t, path, "keyring: "+keys+"\n")
	if err := o.next(t); err == nil {
		t.Error("accepted a keyring open to the world")
	}
	if err := os.Chmod(keys, 0o600); err != nil {
		t.Fatal(err)
	}
	o.policy(t)
}

// TestKeyBecomesValid reloads by the clock alone.
func TestKeyBecomesValid(t *testing.T) {
	soon := time.Now().Add(1500 * time.Millisecond).UTC().Format(time.RFC3339Nano)
	keys := write(t, filepath.Join(t.TempDir(), "keyring.yaml"), keyring("k1")+"  - {id: k2, created: "+soon+", secret: "+strings.Repeat("QUFB", 11)+"}\n")
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "keyring: "+keys+"\n")
	o := watch(t, start(t, path))
	o.silent(t, time.Second)
	if p := o.policy(t); p.Ring.Current().ID != "k2" {
		t.Errorf("current is %s", p.Ring.Current().ID)
	}
}

// TestChangeBeforeWatch: what happens between Load and Watch is not missed.
func TestChangeBeforeWatch(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "numbers: string\n")
	c := start(t, path)
	write(t, path, "numbers: zero\n")
	if p := watch(t, c).policy(t); p.Numbers != policy.NumbersZero {
		t.Errorf("numbers are %v", p.Numbers)
	}
}

// TestBadStartHeals: a component that started without a policy gets one.
func TestBadStartHeals(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	c := Default()
	c.PolicyFile, c.OnBadPolicy = filepath.Join(dir, "p.yaml"), Tombstone
	if p, err := c.Load(time.Now()); err == nil || p != nil {
		t.Fatal("loaded what is not there")
	}
	o := watch(t, c)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, c.PolicyFile, "numbers: drop\n")
	if p := o.policy(t); p.Numbers != policy.NumbersDrop {
		t.Errorf("numbers are %v", p.Numbers)
	}
}

// TestManyReloads ends with the last good policy in force, however fast files
// come and however many of them are bad.
func TestManyReloads(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "p.yaml"), "numbers: string\n")
	o := watch(t, start(t, path))
	var want string
	for i := range 100 {
		text := fmt.Sprintf("fields: {drop: [field%d]}\n", i)
		if i%5 == 4 {
			text = "packs: [\n"
		} else {
			want = text
		}
		write(t, path, text)
		time.Sleep(2 * time.Millisecond)
	}
	write(t, path, want)
	deadline := time.After(2 * time.Second)
	for {
		select {
		case p := <-o.swaps:
			if reference := start(t, write(t, filepath.Join(t.TempDir(), "p.yaml"), want)); p.Fingerprint == fingerprint(t, reference) {
				return
			}
		case <-deadline:
			t.Fatal("the last good policy is not in force after two seconds")
		}
	}
}

func fingerprint(t *testing.T, c *Config) string {
	t.Helper()
	p, err := c.Load(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p.Fingerprint
}
