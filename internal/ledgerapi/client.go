package ledgerapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/secret"
)

// Client reads a ledger that is served elsewhere. It is safe for concurrent use.
type Client struct {
	base  string
	token secret.Bytes
	http  *http.Client
}

var (
	_ ledger.Reader = (*Client)(nil)
	_ ledger.Tracer = (*Client)(nil)
)

const (
	// clientTimeout bounds how long an answer may take.
	clientTimeout = 30 * time.Second
	// maxAnswer bounds an answer in bytes.
	maxAnswer = 64 << 20
)

// NewClient returns a client of the ledger at an address such as
// http://localhost:4380, with or without a token. A token is not sent unencrypted to
// another machine, and not to where an answer redirects.
func NewClient(address, token string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("is no address of a ledger: write http://localhost:4380")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("must hold no user, password or query: a token is given in a file")
	}
	if token != "" && u.Scheme == "http" && !isLoopback(u.Host) {
		return nil, errors.New("would send the token unencrypted: use https, or read the ledger on the machine that serves it")
	}
	return &Client{
		base:  strings.TrimSuffix(u.String(), "/"),
		token: secret.New([]byte(token)),
		http: &http.Client{
			Timeout:       clientTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Leaks implements ledger.Reader.
func (c *Client) Leaks(ctx context.Context, f ledger.Filter) (p ledger.Page, err error) {
	q := query(f.Since, f.Limit, map[string]string{
		"service": f.Service, "class": f.Class, "state": string(f.State), "exposure": string(f.Exposure), "next": f.Next,
	})
	err = c.ask(ctx, http.MethodGet, "/api/v1/leaks", q, nil, &p)
	return p, err
}

// query is a list's filter as a request has it; what is empty is left out.
func query(since time.Time, limit int, filter map[string]string) url.Values {
	q := url.Values{}
	for key, value := range filter {
		if value != "" {
			q.Set(key, value)
		}
	}
	if !since.IsZero() {
		q.Set("since", since.UTC().Format(time.RFC3339Nano))
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}

// Leak implements ledger.Reader.
func (c *Client) Leak(ctx context.Context, id string) (*ledger.Detail, error) {
	d := new(ledger.Detail)
	return d, c.ask(ctx, http.MethodGet, "/api/v1/leaks/"+url.PathEscape(id), nil, nil, d)
}

// Overview implements ledger.Reader.
func (c *Client) Overview(ctx context.Context, since time.Time) (*ledger.Overview, error) {
	o := new(ledger.Overview)
	return o, c.ask(ctx, http.MethodGet, "/api/v1/overview", url.Values{"since": {since.UTC().Format(time.RFC3339)}}, nil, o)
}

// Incidents implements ledger.Reader.
func (c *Client) Incidents(ctx context.Context, f ledger.IncidentFilter) (p ledger.IncidentPage, err error) {
	q := query(f.Since, f.Limit, map[string]string{
		"service": f.Service, "class": f.Class, "state": string(f.State), "kind": string(f.Kind), "leak": f.Leak, "next": f.Next,
	})
	err = c.ask(ctx, http.MethodGet, "/api/v1/incidents", q, nil, &p)
	return p, err
}

// Incident implements ledger.Reader.
func (c *Client) Incident(ctx context.Context, id string) (*ledger.IncidentDetail, error) {
	d := new(ledger.IncidentDetail)
	return d, c.ask(ctx, http.MethodGet, "/api/v1/incidents/"+url.PathEscape(id), nil, nil, d)
}

// Audit implements ledger.Reader. An entry with a field that this version does not
// know is an error: its hash could not be checked.
func (c *Client) Audit(ctx context.Context, leak string, after int64, limit int) ([]ledger.Entry, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if after > 0 {
		q.Set("next", strconv.FormatInt(after, 10))
	}
	if leak != "" {
		q.Set("leak", leak)
	}
	var raw struct {
		Entries []json.RawMessage `json:"entries"`
	}
	if err := c.ask(ctx, http.MethodGet, "/api/v1/audit", q, nil, &raw); err != nil {
		return nil, err
	}
	entries := make([]ledger.Entry, len(raw.Entries))
	for i, text := range raw.Entries {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&entries[i]); err != nil {
			return nil, fmt.Errorf("%s: an entry of the audit has fields that this airtight does not know: use the version that the ledger runs", c.base)
		}
	}
	return entries, nil
}

// Ping implements ledger.Reader.
func (c *Client) Ping(ctx context.Context) error {
	var health struct{}
	return c.ask(ctx, http.MethodGet, "/healthz", nil, nil, &health)
}

// Trace implements ledger.Tracer.
func (c *Client) Trace(ctx context.Context, fingerprints []string) (*ledger.Trace, error) {
	t := new(ledger.Trace)
	return t, c.ask(ctx, http.MethodPost, "/api/v1/trace", nil, question{fingerprints}, t)
}

// ask sends a request and reads the answer into v.
func (c *Client) ask(ctx context.Context, method, path string, q url.Values, body, v any) error {
	target := c.base + path
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, target, send)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token.Len() > 0 {
		r.Header.Set("Authorization", "Bearer "+string(c.token.Reveal()))
	}
	answer, err := c.http.Do(r)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("%s: no ledger answers there (%w): start the Collector with the airtight_ledger exporter, or correct the address", c.base, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: the answer broke off: try again", c.base)
	case len(text) > maxAnswer:
		return fmt.Errorf("%s: the answer is larger than 64 MiB: ask for less", c.base)
	case answer.StatusCode != http.StatusOK:
		return c.refused(answer.StatusCode, text)
	}
	if json.Unmarshal(text, v) != nil {
		return c.noLedger()
	}
	return nil
}

// refused is what an answer without what was asked for means.
func (c *Client) refused(status int, text []byte) error {
	var told struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(text, &told) != nil || told.Error == "" {
		return c.noLedger()
	}
	switch status {
	case http.StatusUnauthorized:
		return fmt.Errorf("%s: the ledger asks for a token that is good: name a file that holds one", c.base)
	case http.StatusNotFound:
		// What is asked for by an id is not there, or the API is of another version.
		for _, known := range []error{ledger.ErrNotFound, ledger.ErrNoIncident} {
			if told.Error == known.Error() {
				return known
			}
		}
	}
	return fmt.Errorf("%s: the ledger refuses: %s", c.base, told.Error)
}

func (c *Client) noLedger() error {
	return fmt.Errorf("%s: what answers there is no ledger of this version: correct the address", c.base)
}
