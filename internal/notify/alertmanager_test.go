package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/loopback"
)

// posted is a server that remembers what an Alertmanager would be told.
type posted struct {
	*httptest.Server
	mu   sync.Mutex
	last map[string]postable // by service
	all  int
	fail int
}

func newPosted(t *testing.T) *posted {
	p := &posted{last: map[string]postable{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.fail > 0 {
			p.fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var got []postable
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.URL.Path != "/am/api/v2/alerts" {
			t.Error(r.URL.Path, err)
		}
		for _, a := range got {
			p.last[a.Labels["service"]] = a
			p.all++
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *posted) of(service string) (postable, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.last[service]
	return a, ok
}

// TestAlertmanager: what stands is told again and again, and its end once it stands
// no more, even where the first try fails.
func TestAlertmanager(t *testing.T) {
	p := newPosted(t)
	n, _ := start(t, Options{Alertmanagers: []Alertmanager{{Endpoint{Name: "am", URL: p.URL + "/am/"}}}})
	a, b := incident("a", "checkout", Open), incident("b", "cart", Open)
	n.Standing([]Alert{a, b})
	eventually(t, "both", func() bool { _, x := p.of("checkout"); _, y := p.of("cart"); return x && y })
	got, _ := p.of("checkout")
	want := map[string]string{"alertname": "AirtightLeak", "service": "checkout", "namespace": "shop", "version": "2.0", "class": "secret", "kind": "version", "severity": "high"}
	if fmt.Sprint(got.Labels) != fmt.Sprint(want) || got.Annotations["page"] != a.Link || got.GeneratorURL != a.Link || got.Annotations["summary"] == "" ||
		!got.StartsAt.Equal(a.Opened) || !got.EndsAt.After(time.Now()) {
		t.Errorf("%+v", got)
	}
	p.mu.Lock()
	told := p.all
	p.fail = 2
	p.mu.Unlock()
	eventually(t, "it is repeated", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.all > told })
	p.mu.Lock()
	p.fail = 2
	p.mu.Unlock()
	b.Silenced = true
	n.Standing([]Alert{a, b})
	eventually(t, "the end of one", func() bool { got, _ := p.of("cart"); return got.EndsAt.Before(time.Now()) })
	if got, _ := p.of("checkout"); got.EndsAt.Before(time.Now()) {
		t.Error("the other ended too")
	}
	n.Standing([]Alert{a, incident("b", "cart", Open)})
	eventually(t, "it goes on", func() bool { got, _ := p.of("cart"); return got.EndsAt.After(time.Now()) })
	n.Standing(nil)
	eventually(t, "the end of all", func() bool { got, _ := p.of("checkout"); return got.EndsAt.Before(time.Now()) })
}

// TestRealAlertmanager runs the Alertmanager that AIRTIGHT_ALERTMANAGER names.
func TestRealAlertmanager(t *testing.T) {
	program := os.Getenv("AIRTIGHT_ALERTMANAGER")
	if program == "" {
		t.Skip("AIRTIGHT_ALERTMANAGER names no program")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: none}\nreceivers: [{name: none}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, err := loopback.Free()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--config.file="+config, "--storage.path="+dir, "--web.listen-address="+address, "--cluster.listen-address=")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	type gettable struct {
		Labels      map[string]string
		Annotations map[string]string
		Status      struct{ State string }
	}
	alerts := func() (all []gettable) {
		res, err := http.Get("http://" + address + "/api/v2/alerts")
		if err != nil {
			return nil
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		_ = json.Unmarshal(body, &all)
		return all
	}
	eventually(t, "it is ready", func() bool {
		res, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	n, heard := start(t, Options{Alertmanagers: []Alertmanager{{Endpoint{Name: "am", URL: "http://" + address}}}})
	long := incident("c", strings.Repeat("x", 1000), Open)
	nameless := incident("d", "", Open)
	nameless.Namespace, nameless.Version, nameless.Link, nameless.Kind = "", "", "", "novelty"
	all := []Alert{incident("a", "checkout", Open), incident("b", hostile, Open), long, nameless}
	n.Standing(all)
	eventually(t, "four alerts", func() bool { return len(alerts()) == 4 })
	services := map[string]bool{}
	for _, a := range alerts() {
		services[a.Labels["service"]] = true
		if a.Status.State != "active" || a.Labels["alertname"] != alertName {
			t.Errorf("%+v", a)
		}
	}
	if !services["checkout"] || !services[strings.ToValidUTF8(hostile, "\uFFFD")] || !services[""] {
		t.Errorf("%+v", services)
	}
	n.Standing(all[1:])
	eventually(t, "one ends", func() bool { return len(alerts()) == 3 })
	n.Standing(all)
	eventually(t, "it is back", func() bool { return len(alerts()) == 4 })
	n.Standing(nil)
	eventually(t, "all end", func() bool { return len(alerts()) == 0 })
	if slices.ContainsFunc(heard.reports, func(s string) bool { return strings.Contains(s, "status 4") }) {
		t.Errorf("%q", heard.reports)
	}
	t.Logf("figure: a real Alertmanager took %d alerts and %d were refused", heard.count(Sent), heard.count(Failed))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n.Close(ctx)
}
