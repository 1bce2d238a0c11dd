package demo

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/airtight-telemetry/airtight/internal/cause"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

func TestScreenLeaks(t *testing.T) {
	t.Parallel()
	old := ledger.Detail{
		Leak:    ledger.Leak{Service: "checkout", Version: "1.7.2", Rule: "email", Place: "body", Field: "payout.mail", Count: 3, Cause: cause.LogText},
		Sources: []ledger.Source{{File: "shop/pay.go", Line: 58}},
		Causes:  []ledger.Hypothesis{{Kind: cause.LogText}},
	}
	fresh := ledger.Detail{
		Leak:    ledger.Leak{Service: "delivery", Version: "2.4.0", Rule: "jwt", Place: "attribute", Field: "db.query.text", Count: 1, Cause: cause.NewVersion, Exposure: ledger.Exposed},
		Sources: []ledger.Source{{Span: "SELECT \x1b[2J"}},
		Causes:  []ledger.Hypothesis{{Kind: cause.NewVersion, Reason: "It began with version 2.4.0."}, {Kind: cause.SQLText}},
	}
	var out bytes.Buffer
	Screen{W: &out, Width: 100}.Leaks([]ledger.Detail{old, fresh})
	const want = `What the ledger knows of the leaks

  what   where              line or span  likely cause
checkout 1.7.2  1 leak
  email  body: payout.mail  pay.go:58     log text
delivery 2.4.0  1 leak
  jwt    db.query.text      SELECT ·[2J   new version, SQL text

delivery: 1 new leak. It began with version 2.4.0.
2 leaks of 2 services, 4 values, 1 of them sent on as they were.
`
	if out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
}

func TestScreenEvent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	Screen{W: &out, Width: 40}.Event(time.Now(), true, "checkout 1.8.0 is rolled out in place of\n1.7.2")
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], "  checkout 1.8.0 is rolled out") || lines[1] != "          in place of 1.7.2" {
		t.Errorf("%q", lines)
	}
}
