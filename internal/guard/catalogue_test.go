package guard

import (
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

func TestCat(t *testing.T) {
	cat, err := rule.Load(configs.Rules())
	if err != nil {
		t.Fatal(err)
	}
	var ok []rule.Rule
	for _, r := range cat.Rules {
		for _, e := range r.Lint() {
			t.Error(r.ID, e)
		}
		if _, err := detect.Compile([]rule.Rule{r}); err != nil {
			t.Error(err)
			continue
		}
		ok = append(ok, r)
	}
	t0 := time.Now()
	e, err := detect.Compile(ok)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(ok), "rules", time.Since(t0))
	lanes := map[string]int{}
	unmark := strings.NewReplacer("«", "", "»", "")
	bad := 0
	for i, r := range ok {
		lanes[e.Plan(i).Lane]++
		if l := e.Plan(i).Lane; l == "slow" {
			t.Log(r.ID, l, r.Pattern)
		}
		for j, ex := range r.Examples.Match {
			want := detect.NewSet(len(ok))
			want.Add(i)
			text := unmark.Replace(ex)
			if len(e.Scan(nil, []detect.Text{{Text: text, Want: want, MaxDepth: 32, MaxDecode: 3}})) == 0 {
				t.Log("no match:", r.ID, j, ex)
				bad++
			}
		}
	}
	t.Log(lanes, bad)
}
