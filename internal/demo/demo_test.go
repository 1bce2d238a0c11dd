package demo

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// The demo says that no planted value came out. That is worth something only if
// it would have seen one, so here nothing is masked on the way.
func TestEveryPlantIsSentAndSeen(t *testing.T) {
	t.Parallel()
	sink, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	if err := Play(t.Context(), sink.Addr()); err != nil {
		t.Fatal(err)
	}
	sent, err := sink.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range Survivors(sent.Payloads) {
		seen[s.What] = true
	}
	for _, p := range Plants() {
		if !seen[p.What] {
			t.Errorf("%s was not sent, or not seen", p.What)
		}
	}
	keys := map[string]bool{}
	logs, spans := 0, 0
	for _, it := range sent.Items {
		if strings.HasPrefix(it.Key, "resource ") {
			continue
		}
		if keys[it.Key] {
			t.Errorf("two items are %s", it.Key)
		}
		keys[it.Key] = true
		if strings.HasPrefix(it.Key, "log ") {
			logs++
		} else {
			spans++
		}
	}
	if logs < 20 || spans < 7 || len(Plants()) < 36 {
		t.Errorf("%d values in %d log records and %d spans", len(Plants()), logs, spans)
	}
}

func TestPlantsAreToldApart(t *testing.T) {
	t.Parallel()
	for i, p := range Plants() {
		if len(p.Value) < 8 {
			t.Errorf("%s is too short to be looked for", p.What)
		}
		for j, q := range Plants() {
			if i != j && (p.What == q.What || strings.Contains(p.Value, q.Value)) {
				t.Errorf("%s and %s are one", p.What, q.What)
			}
		}
	}
}

func TestSurvivorsForms(t *testing.T) {
	t.Parallel()
	p := Plant{"password", "Heron!Quartz/81 x"}
	for _, c := range []struct{ text, form string }{
		{"a " + p.Value + " b", "raw"},
		{url.QueryEscape(p.Value), "URL"},
		{url.PathEscape(p.Value), "URL"},
		{"4865726f6e2151756172747a2f38312078", "hex"},
		{base64.StdEncoding.EncodeToString([]byte(p.Value)), "base64"},
		{base64.StdEncoding.EncodeToString([]byte("a" + p.Value)), "base64"},
		{base64.StdEncoding.EncodeToString([]byte("ab" + p.Value + "c")), "base64"},
		{base64.URLEncoding.EncodeToString([]byte("ab" + p.Value + "cd")), "base64"},
		{p.Value[1:], ""},
	} {
		if form, _ := p.in([][]byte{[]byte("other"), []byte(c.text)}); form != c.form {
			t.Errorf("Survivors in %q: form %q, want %q", c.text, form, c.form)
		}
	}
	if form, _ := (Plant{"key", `a"b\cd<efgh`}).in([][]byte{[]byte(`{"k":"a\"b\\cd\u003cefgh"}`)}); form != "JSON" {
		t.Errorf("quoted: form %q, want JSON", form)
	}
}

func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		// Worked examples as published with the two algorithms.
		{luhn("7992739871"), "79927398713"},
		{iban("GB", "WEST12345698765432"), "GB82WEST12345698765432"},
		{groups("12345678", 4), "1234 5678"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}
