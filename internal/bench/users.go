package main

import (
	"fmt"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// userCounts are how many rules of their own users add.
var userCounts = []int{100, 1000}

// withUserRules is the catalogue with n rules as users write them: a prefix of the
// company's own and random characters behind it.
func withUserRules(catalogue []rule.Rule, n int) ([]rule.Rule, error) {
	w := newWriter(uint64(n))
	out := append([]rule.Rule(nil), catalogue...)
	for i := range n {
		prefix := w.pick(someWords)[:3] + w.some(2, lower)
		r := rule.Rule{ID: fmt.Sprintf("acme-%d", i), Class: rule.Secret, Confidence: "high"}
		switch i % 4 {
		case 0:
			r.Pattern = `\b` + prefix + `_[0-9a-f]{32}\b`
		case 1:
			r.Pattern = `\b` + prefix + `-(?:live|test)-[A-Za-z0-9]{24}\b`
		case 2:
			r.Pattern = `\b(?i:` + prefix + `)[-_]?key[-_:= ]{1,3}(?P<value>[A-Za-z0-9+/]{20,64})`
		case 3:
			r.Pattern = `\bEMP-` + fmt.Sprint(100+i) + `-\d{6}\b`
		}
		if faults := r.Lint(); len(faults) > 0 {
			return nil, faults[0]
		}
		out = append(out, r)
	}
	return out, nil
}

func userContender(catalogue []rule.Rule, n int) (contender, error) {
	rules, err := withUserRules(catalogue, n)
	if err != nil {
		return contender{}, err
	}
	e, err := detect.Compile(rules)
	if err != nil {
		return contender{}, err
	}
	return scanning(userName(n), e, e.All(), len(rules)), nil
}

func userName(n int) string { return fmt.Sprintf("airtight, %d users' rules more", n) }
