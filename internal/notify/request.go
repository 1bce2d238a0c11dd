package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Endpoint is where alerts are sent to.
type Endpoint struct {
	// Name is what the target is called in metrics and messages; an address may hold
	// a secret.
	Name string
	URL  string
	// TokenFile, if given, holds a bearer token; it is read anew for each request.
	TokenFile string
	// Client sends the requests. It should follow no redirects: they would take the
	// token along. Nil means NewClient(nil).
	Client *http.Client
}

// NewClient is a client that follows no redirects; transport may be nil.
func NewClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// maxSecretFile bounds a file with a token or a secret, in bytes.
const maxSecretFile = 64 << 10

// secretIn reads a token or a secret from a file, without the end of its line.
func secretIn(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(data))
	if s == "" || len(data) > maxSecretFile {
		return "", fmt.Errorf("%s: holds no secret", file)
	}
	return s, nil
}

// refusal is an answer that makes another try pointless.
type refusal struct{ error }

// later is an answer that says when to try again.
type later struct {
	error
	after time.Duration
}

// post sends a body. What it returns quotes neither the address nor the answer.
func (e *Endpoint) post(ctx context.Context, body []byte, header http.Header) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return refusal{errors.New("its address is none")}
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "airtight")
	if e.TokenFile != "" {
		token, err := secretIn(e.TokenFile)
		if err != nil {
			return fmt.Errorf("its token can't be read: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := e.Client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // it quotes the address
			err = wrapped.Err
		}
		return err
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection is used again
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		err := fmt.Errorf("it answers with status %d", res.StatusCode)
		if s, e := strconv.Atoi(res.Header.Get("Retry-After")); e == nil && s > 0 {
			return later{err, min(time.Duration(s)*time.Second, lastRetry)}
		}
		return err
	case res.StatusCode < 400:
		return refusal{fmt.Errorf("it answers with status %d, and redirects are not followed", res.StatusCode)}
	default:
		return refusal{fmt.Errorf("it answers with status %d", res.StatusCode)}
	}
}

// backoff is how long to wait after a try that failed.
type backoff struct{ next time.Duration }

func (b *backoff) after(err error, first time.Duration) time.Duration {
	if b.next == 0 {
		b.next = first
	}
	wait := b.next
	b.next = min(2*b.next, lastRetry)
	var l later
	if errors.As(err, &l) {
		return max(wait, l.after)
	}
	return wait/2 + rand.N(wait/2+1)
}
