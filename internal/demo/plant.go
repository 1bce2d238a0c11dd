package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// Plant is a value the shop's telemetry holds and no backend should see.
type Plant struct {
	// What it is, for people.
	What string
	// Value is at least eight bytes long: what is shorter turns up by chance.
	Value string
}

// plants is filled by package initialisation and not changed after.
var plants []Plant

// plant adds a value to those that are looked for at the far end, and returns it.
func plant(what, value string) string {
	plants = append(plants, Plant{what, value})
	return value
}

// Plants returns every planted value. The slice must not be changed.
func Plants() []Plant { return plants }

// Form is how a value is written in a text.
type Form struct {
	// Name is one of raw, JSON, URL, hex and base64.
	Name string
	// Text is what to look for.
	Text string
}

// Forms returns the ways a value may stand in a text, the raw one first. In
// base64 a value looks different at each of three offsets; the bytes at its ends
// that depend on its neighbours are left out.
func (p Plant) Forms() []Form {
	forms := []Form{{"raw", p.Value}}
	add := func(name, text string) {
		for _, f := range forms {
			if f.Text == text {
				return
			}
		}
		forms = append(forms, Form{name, text})
	}
	if quoted, err := json.Marshal(p.Value); err == nil {
		add("JSON", strings.Trim(string(quoted), `"`))
	}
	add("URL", url.QueryEscape(p.Value))
	add("URL", url.PathEscape(p.Value))
	add("hex", hex.EncodeToString([]byte(p.Value)))
	for offset := range 3 {
		padded := append(make([]byte, offset), p.Value...)
		first := (offset*8 + 5) / 6
		last := len(padded) * 8 / 6
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			add("base64", alphabet.EncodeToString(padded)[first:last])
		}
	}
	return forms
}

// Survivor is a planted value that was found, and the form it was found in.
type Survivor struct {
	Plant
	Form string
}

// Survivors returns the planted values that stand in any of the payloads.
func Survivors(payloads [][]byte) []Survivor {
	var found []Survivor
	for _, p := range plants {
		if form, ok := p.in(payloads); ok {
			found = append(found, Survivor{p, form})
		}
	}
	return found
}

func (p Plant) in(payloads [][]byte) (form string, ok bool) {
	for _, f := range p.Forms() {
		for _, payload := range payloads {
			if bytes.Contains(payload, []byte(f.Text)) {
				return f.Name, true
			}
		}
	}
	return "", false
}
