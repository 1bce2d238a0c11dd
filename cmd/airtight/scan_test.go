package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.opentelemetry.io/collector/pdata/plog"
)

// exported is what the Collector's file exporter writes of two log records, in
// protobuf, or compressed JSON.
func exported(t *testing.T, protobuf bool) []byte {
	t.Helper()
	var out []byte
	for _, body := range []string{"clean", "key acme_abcdefgh1234"} {
		data := plog.NewLogs()
		record := data.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.Body().SetStr(body)
		record.Attributes().PutStr("acme_zzzzzzzz9999", body)
		message, err := (&plog.ProtoMarshaler{}).MarshalLogs(data)
		if !protobuf {
			message, err = (&plog.JSONMarshaler{}).MarshalLogs(data)
			enc, _ := zstd.NewWriter(nil)
			message = enc.EncodeAll(message, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = binary.BigEndian.AppendUint32(out, uint32(len(message)))
		out = append(out, message...)
	}
	return out
}

const acmePolicy = `packs: []
rules:
  - {id: acme-key, class: secret, severity: high, pattern: '\bacme_[a-z0-9]{12}\b', confidence: high}
`

func acmePolicyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(acmePolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestScanExported: in messages the field stands beside the offsets in its value,
// itself through the gate, and the line is the message's number.
func TestScanExported(t *testing.T) {
	policy := acmePolicyFile(t)
	for _, c := range []struct {
		protobuf bool
		want     []string
	}{
		{true, []string{
			`"line":1,"field":"attribute [redacted:acme-key]","start":0,"end":17,`,
			`"line":2,"field":"body","start":4,"end":21,`,
			`"line":2,"field":"attribute [redacted:acme-key]","start":0,"end":17,`,
			`"line":2,"field":"attribute [redacted:acme-key]","start":4,"end":21,`,
		}},
		{false, []string{`"line":1,"start":`, `"line":2,"start":`, `"line":2,"start":`, `"line":2,"start":`}},
	} {
		path := filepath.Join(t.TempDir(), "out.bin")
		if err := os.WriteFile(path, exported(t, c.protobuf), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := execute([]string{"scan", "--policy", policy, "--format", "json", path}, strings.NewReader(""), &stdout, &stderr)
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		if code != exitFound || len(lines) != len(c.want) || stderr.Len() > 0 {
			t.Errorf("protobuf %v: exit %d, %d findings, %s", c.protobuf, code, len(lines), stderr.String())
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(lines[i], want) || strings.Contains(lines[i], "acme_") {
				t.Errorf("protobuf %v: finding %d is not %s", c.protobuf, i+1, want)
			}
		}
	}
}

// TestScanCutMessage: what is cut off is said, after what was found before it.
func TestScanCutMessage(t *testing.T) {
	policy := acmePolicyFile(t)
	whole := exported(t, true)
	var stdout, stderr bytes.Buffer
	code := execute([]string{"scan", "--policy", policy, "-"}, bytes.NewReader(whole[:len(whole)-3]), &stdout, &stderr)
	if code != exitError || !strings.Contains(stderr.String(), "airtight: standard input: message 2 is cut off or damaged") || !strings.Contains(stdout.String(), "1 finding ") {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
}

// TestRedactPipe: a line comes out before the next one goes in.
func TestRedactPipe(t *testing.T) {
	policy := acmePolicyFile(t)
	stdin, in := io.Pipe()
	out, stdout := io.Pipe()
	done := make(chan int)
	go func() {
		code := execute([]string{"redact", "--policy", policy}, stdin, stdout, io.Discard)
		_ = stdout.Close()
		done <- code
	}()
	lines := bufio.NewScanner(out)
	for range 3 {
		go func() { _, _ = io.WriteString(in, "key acme_abcdefgh1234\n") }()
		came := make(chan string)
		go func() {
			lines.Scan()
			came <- lines.Text()
		}()
		select {
		case got := <-came:
			if got != "key [redacted:acme-key]" {
				t.Fatal("the line is not masked")
			}
		case <-time.After(time.Minute):
			t.Fatal("the line is held back")
		}
	}
	_ = in.Close()
	if code := <-done; code != exitOK {
		t.Errorf("exit %d", code)
	}
}
