package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/airtight-telemetry/airtight/internal/rule"
)

const (
	// A value is proposed to be exempt when it recurs so often and is so much of what
	// its rule finds.
	recurs, recursShare = 10, 0.2
	// A shape is proposed to be ignored when so much of what a doubtful rule finds has
	// it, in so many values.
	shapeShare, shapeValues = 0.8, 10
	// A doubtful rule is proposed to stay in shadow mode when it fires on so many
	// lines, and on such a share of all.
	noisyLines, noisyShare = 20, 0.1 // percent
	// perRule bounds the allow lines of one rule.
	perRule = 3
)

// proposals are lines for a policy that a dry run suggests.
type proposals struct {
	allow  []allowProposal
	ignore []ignoreProposal
	modes  []modeProposal
}

// allowProposal is a value that recurs. It names the place where it first stands.
type allowProposal struct {
	Rule     string `json:"rule"`
	First    string `json:"first"`
	Shape    string `json:"shape"`
	Findings int    `json:"findings"`
	Of       int    `json:"of"`
}

// ignoreProposal is a shape that a rule keeps meeting, and the ignore_values that
// the rule would have with it.
type ignoreProposal struct {
	Rule         string   `json:"rule"`
	Shape        string   `json:"shape"`
	Findings     int      `json:"findings"`
	Of           int      `json:"of"`
	IgnoreValues []string `json:"ignore_values"`
}

// modeProposal is a rule to keep in shadow mode.
type modeProposal struct {
	Rule  string `json:"rule"`
	Mode  string `json:"mode"`
	Lines int    `json:"lines"`
	Of    int    `json:"of"`
}

// proposals are what the counts suggest of rules that act or would.
func (d *dryRun) proposals(rules []rule.Rule) proposals {
	p := proposals{allow: []allowProposal{}, ignore: []ignoreProposal{}, modes: []modeProposal{}}
	for _, r := range append(d.of(acts), d.of(inShadow)...) {
		i := slices.IndexFunc(rules, func(o rule.Rule) bool { return o.ID == r.rule })
		if i < 0 {
			continue // a field that goes by its name: the policy says so itself
		}
		doubtful := 2*r.by[rule.High] < r.findings
		if r.class != rule.Secret || doubtful {
			p.allow = append(p.allow, r.recurring()...)
		}
		if !doubtful {
			continue
		}
		if ignore, ok := r.ignored(rules[i].IgnoreValues); ok {
			p.ignore = append(p.ignore, ignore)
		}
		// A word masked in vain costs less than a secret let through.
		if r.class != rule.Secret && r.severity != "critical" && r.lines >= noisyLines && d.share(r.lines) >= noisyShare {
			p.modes = append(p.modes, modeProposal{r.rule, "shadow", r.lines, d.lines})
		}
	}
	return p
}

// recurring are the values of a row that are much of it.
func (r *row) recurring() (out []allowProposal) {
	for _, v := range r.values {
		if v.findings >= recurs && float64(v.findings) >= recursShare*float64(r.findings) {
			out = append(out, allowProposal{r.rule, v.first, v.shape, v.findings, r.findings})
		}
	}
	slices.SortFunc(out, func(a, b allowProposal) int {
		return cmp.Or(cmp.Compare(b.Findings, a.Findings), strings.Compare(a.First, b.First))
	})
	return out[:min(perRule, len(out))]
}

// ignored is the shape that most of a row's values have.
func (r *row) ignored(already []string) (out ignoreProposal, ok bool) {
	if n, _ := r.distinct(); n < shapeValues {
		return out, false
	}
	for shape, n := range r.shapes {
		expression, whole := shapeExpression(shape)
		if !whole || float64(n) < shapeShare*float64(r.findings) {
			continue
		}
		return ignoreProposal{r.rule, shape, n, r.findings, append(slices.Clone(already), "/"+expression+"/")}, true
	}
	return out, false
}

// runs are the parts of a shape: a run of one kind, or what stands between.
var runs = regexp.MustCompile(`9+|a+|A+|\?+|[^9aA?]`)

// shapeExpression is the regular expression of all values of one shape; whole is
// false where the shape is only a beginning or a length.
func shapeExpression(shape string) (expression string, whole bool) {
	if strings.HasSuffix(shape, "…") || strings.HasSuffix(shape, " characters") {
		return "", false
	}
	kinds := map[byte]string{'9': `\d`, 'a': `[a-z]`, 'A': `[A-Z]`, '?': `.`}
	var b strings.Builder
	for _, run := range runs.FindAllString(shape, -1) {
		kind, ok := kinds[run[0]]
		if !ok {
			b.WriteString(regexp.QuoteMeta(run))
			continue
		}
		b.WriteString(kind)
		if len(run) > 1 {
			fmt.Fprintf(&b, "{%d}", len(run))
		}
	}
	return b.String(), true
}

// yaml is the proposals as a policy has them, or nothing.
func (p proposals) yaml() string {
	var b strings.Builder
	if len(p.allow)+len(p.ignore)+len(p.modes) > 0 {
		b.WriteString("# Proposals. Look at the places first: each line is right only if what it names is\n# not what the rule is for. Paste what you keep into the policy.\n")
	}
	if len(p.allow) > 0 {
		b.WriteString("allow:\n")
	}
	for _, a := range p.allow {
		fmt.Fprintf(&b, "  # %s: one value is %d of %d findings, <%s>, first at %s\n", a.Rule, a.Findings, a.Of, a.Shape, a.First)
		fmt.Fprintf(&b, "  - {value: %s, reason: \"\", rule: %s}\n", strconv.Quote("COPY "+a.First), a.Rule)
	}
	if len(p.ignore) > 0 {
		b.WriteString("rules:\n")
	}
	for _, i := range p.ignore {
		fmt.Fprintf(&b, "  # %s: %d of %d findings have one shape\n", i.Rule, i.Findings, i.Of)
		fmt.Fprintf(&b, "  - {id: %s, ignore_values: %s}\n", i.Rule, flow(i.IgnoreValues))
	}
	if len(p.modes) > 0 {
		b.WriteString("modes:\n")
	}
	for _, m := range p.modes {
		fmt.Fprintf(&b, "  %s: %s # %s\n", m.Rule, m.Mode, m.because())
	}
	return b.String()
}

// because says what speaks for keeping a rule in shadow mode.
func (m modeProposal) because() string {
	return fmt.Sprintf("fires on %d of %d lines, mostly below high confidence", m.Lines, m.Of)
}

// flow is a list in YAML's flow style, on one line.
func flow(list []string) string {
	n := yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, s := range list {
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.SingleQuotedStyle})
	}
	out, err := yaml.Marshal(&n)
	if err != nil {
		return "[]" // a list of strings always encodes
	}
	return strings.TrimSuffix(string(out), "\n")
}
