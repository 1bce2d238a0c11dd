package main

import "github.com/airtight-telemetry/airtight/internal/rule"

// dryRunDocument is a dry run as --format json writes it, one object.
type dryRunDocument struct {
	Policy    string          `json:"policy,omitempty"`
	Catalogue string          `json:"catalogue"`
	Files     int             `json:"files"`
	Skipped   int             `json:"skipped"`
	Bytes     int64           `json:"bytes"`
	Lines     int             `json:"lines"`
	Touched   int             `json:"touched"`
	Rules     []dryRunRule    `json:"rules"`
	Classes   []dryRunClass   `json:"classes"`
	Proposals dryRunProposals `json:"proposals"`
}

// dryRunRule is one rule and outcome: masked, shadow or left.
type dryRunRule struct {
	Rule       string         `json:"rule"`
	Class      rule.Class     `json:"class"`
	Severity   string         `json:"severity,omitempty"`
	Outcome    string         `json:"outcome"`
	Why        string         `json:"why,omitempty"`
	Findings   int            `json:"findings"`
	Distinct   int            `json:"distinct"`
	Estimated  bool           `json:"estimated,omitempty"`
	Lines      int            `json:"lines"`
	Share      float64        `json:"share"` // of all lines, 0 to 1
	Confidence map[string]int `json:"confidence"`
	Samples    []sample       `json:"samples"`
}

type dryRunClass struct {
	Class      rule.Class     `json:"class"`
	Outcome    string         `json:"outcome"`
	Findings   int            `json:"findings"`
	Confidence map[string]int `json:"confidence"`
}

type dryRunProposals struct {
	Allow        []allowProposal  `json:"allow"`
	IgnoreValues []ignoreProposal `json:"ignore_values"`
	Modes        []modeProposal   `json:"modes"`
}

var outcomeNames = map[outcome]string{acts: "masked", inShadow: "shadow", left: "left"}

// document is the dry run in the form for programs.
func (d *dryRun) document(p proposals) dryRunDocument {
	doc := dryRunDocument{
		Policy: d.policyFile, Catalogue: d.catalogue, Files: d.files, Skipped: d.skipped, Bytes: d.bytes, Lines: d.lines, Touched: d.touched,
		Rules: []dryRunRule{}, Classes: []dryRunClass{},
		Proposals: dryRunProposals{Allow: p.allow, IgnoreValues: p.ignore, Modes: p.modes},
	}
	for _, o := range []outcome{acts, inShadow, left} {
		rows := d.of(o)
		for _, r := range rows {
			n, exact := r.distinct()
			doc.Rules = append(doc.Rules, dryRunRule{
				Rule: r.rule, Class: r.class, Severity: r.severity, Outcome: outcomeNames[o], Why: r.why,
				Findings: r.findings, Distinct: n, Estimated: !exact, Lines: r.lines, Share: d.share(r.lines) / 100,
				Confidence: confidences(r), Samples: append([]sample{}, r.samples...),
			})
		}
		for _, c := range byClass(rows) {
			doc.Classes = append(doc.Classes, dryRunClass{c.class, outcomeNames[o], c.findings, confidences(c)})
		}
	}
	return doc
}

func confidences(r *row) map[string]int {
	return map[string]int{"high": r.by[rule.High], "medium": r.by[rule.Medium], "low": r.by[rule.Low]}
}
