package ledgerexporter

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
	"github.com/airtight-telemetry/airtight/internal/webui"
)

// server is the page and the API on their address.
type server struct {
	http *http.Server
	page *webui.Handler
	done sync.WaitGroup
}

// serve listens before it returns, so that an address that is taken ends the start.
func serve(ctx context.Context, c *HTTPConfig, l *ledger.Ledger, host component.Host, telemetry component.TelemetrySettings, report func(error)) (*server, error) {
	auth := ledgerapi.NewAuth(c.tokens, c.NoAuth, c.TLS.HasValue())
	if c.Auth.HasValue() {
		var err error
		if auth.Authenticate, err = c.Auth.Get().authenticator(host); err != nil {
			return nil, err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("http.endpoint: %w", err)
	}
	withTLS := c.TLS.HasValue()
	if withTLS {
		config, err := c.TLS.Get().LoadTLSConfig(ctx)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("http.tls: %w", err), listener.Close())
		}
		listener = tls.NewListener(listener, config)
	}
	logger, err := zap.NewStdLogAt(telemetry.Logger, zap.DebugLevel)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	page := newPage(c, l, report)
	s := &server{page: page, http: &http.Server{
		Handler:           newHandler(auth, l, page, report),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          logger,
	}}
	s.done.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(err))
		}
	})
	scheme := "http"
	if withTLS {
		scheme = "https"
	}
	telemetry.Logger.Info("The ledger is served", zap.String("url", scheme+"://"+listener.Addr().String()+"/"))
	return s, nil
}

func newPage(c *HTTPConfig, l *ledger.Ledger, report func(error)) *webui.Handler {
	return webui.NewHandler(webui.Options{
		Ledger: l, MayDecide: ledgerapi.MayDecide, Who: func(r *http.Request) string { return ledgerapi.Who(r).Name },
		Policy: c.PolicyFile, Report: report,
	})
}

func newHandler(auth ledgerapi.Auth, l *ledger.Ledger, page *webui.Handler, report func(error)) *ledgerapi.Handler {
	return ledgerapi.NewHandler(ledgerapi.Options{Ledger: l, Page: page, Auth: auth, Report: report})
}

// grace is how long a request under way may take at the end.
const grace = 2 * time.Second

func (s *server) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	s.page.Close() // its streams end only when told
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	s.done.Wait()
	return err
}

// maxTokenFile bounds a file of tokens in bytes.
const maxTokenFile = 64 << 10

// tokens are the tokens of a role as they stand now. A line that is too short to
// be a token is none.
func (c *HTTPConfig) tokens(r ledgerapi.Role) ([]string, error) {
	file, inline := c.TokenFile, string(c.Token)
	if r == ledgerapi.Responder {
		file, inline = c.ResponderTokenFile, string(c.ResponderToken)
	}
	var all []string
	if inline != "" {
		all = append(all, inline)
	}
	if file == "" {
		return all, nil
	}
	data, err := os.ReadFile(file)
	if err != nil || len(data) > maxTokenFile {
		return all, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if t := strings.TrimSpace(lines.Text()); len(t) >= minToken {
			all = append(all, t)
		}
	}
	return all, nil
}
