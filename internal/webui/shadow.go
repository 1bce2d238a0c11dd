package webui

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/ledger"
)

// shadowPage is what goes out unmasked and waits for a decision, by rule.
type shadowPage struct {
	frame
	Rules []shadowRule
	Leaks int
	// More says that there are more than are shown.
	More bool
}

type shadowRule struct {
	Rule, Class string
	Count       int64
	Services    int
	Leaks       []shadowLeak
	// Promote masks what the rule finds, everywhere.
	Promote string
}

type shadowLeak struct {
	ledger.Leak
	// Promote masks it in this service, and Allow exempts its value.
	Promote, Allow string
}

const maxShadow = 300

func (p *pages) showShadow(w http.ResponseWriter, r *http.Request) {
	page := shadowPage{frame: p.liveFrame(r, "shadow")}
	list, err := p.Ledger.Leaks(r.Context(), ledger.Filter{Exposure: ledger.Exposed, Undecided: true, Limit: maxShadow})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	page.Leaks, page.More = len(list.Leaks), list.Next != ""
	page.Rules = byRule(list.Leaks)
	p.show(w, http.StatusOK, "shadow", page)
}

// byRule groups leaks by their rules, the one that leaks most first.
func byRule(leaks []ledger.Leak) (rules []shadowRule) {
	at := map[string]int{}
	for _, k := range leaks {
		i, ok := at[k.Rule]
		if !ok {
			i = len(rules)
			at[k.Rule] = i
			rules = append(rules, shadowRule{Rule: k.Rule, Class: k.Class, Promote: promoteRule(k.Rule)})
		}
		r := &rules[i]
		r.Count += k.Count
		if !slices.ContainsFunc(r.Leaks, func(o shadowLeak) bool { return o.Service == k.Service }) {
			r.Services++
		}
		r.Leaks = append(r.Leaks, shadowLeak{k, promoteIn(k), allow(k)})
	}
	slices.SortStableFunc(rules, func(a, b shadowRule) int { return int(min(1, max(-1, b.Count-a.Count))) })
	return rules
}

// The lines for a policy. A JSON string is a YAML string too, whatever is in it.

func promoteRule(rule string) string {
	return "modes:\n  " + quoted(rule) + ": enforce\n"
}

// promoteIn is empty for a service without a name, or with one that stands for others
// too where patterns are matched.
func promoteIn(k ledger.Leak) string {
	if k.Service == "" || strings.Contains(k.Service, "*") {
		return ""
	}
	return "overrides:\n  - {match: {service.name: " + quoted(k.Service) + "}, modes: {" + quoted(k.Rule) + ": enforce}}\n"
}

// allow names where to copy the value from: the ledger does not have it.
func allow(k ledger.Leak) string {
	where := k.Field
	if where == "" {
		where = k.Place
	}
	return "allow:\n  - {value: " + quoted("COPY from "+where) + ", rule: " + quoted(k.Rule) + `, reason: "", expires: ` + k.LastSeen.AddDate(0, 3, 0).UTC().Format("2006-01-02") + "}\n"
}

// plain is a text that YAML reads as it stands.
var plain = regexp.MustCompile(`^[a-z]+(?:[-_.][a-z0-9]+)*$`)

func quoted(s string) string {
	if plain.MatchString(s) && s != "true" && s != "false" && s != "null" && s != "yes" && s != "no" && s != "on" && s != "off" && s != "y" && s != "n" {
		return s
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(strings.ToValidUTF8(s, "\uFFFD")); err != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}
