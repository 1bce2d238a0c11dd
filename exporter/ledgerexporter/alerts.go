package ledgerexporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/notify"
)

// AlertConfig is one target of alerts: either a webhook or an Alertmanager.
type AlertConfig struct {
	Webhook      configoptional.Optional[WebhookConfig]      `mapstructure:"webhook"`
	Alertmanager configoptional.Optional[AlertmanagerConfig] `mapstructure:"alertmanager"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// WebhookConfig is an address that gets alerts as JSON.
type WebhookConfig struct {
	// URL may hold a secret, as chat services have it, and is shown nowhere.
	URL configopaque.String `mapstructure:"url"`
	// TokenFile holds a bearer token, SecretFile what requests are signed with. Both
	// are read anew for each request.
	TokenFile  string `mapstructure:"token_file"`
	SecretFile string `mapstructure:"secret_file"`
	// MaxPerMinute bounds the requests; what comes meanwhile is put together.
	MaxPerMinute int                                             `mapstructure:"max_per_minute"`
	TLS          configoptional.Optional[configtls.ClientConfig] `mapstructure:"tls"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// AlertmanagerConfig is an Alertmanager; of several that work together each is a
// target of its own.
type AlertmanagerConfig struct {
	URL       configopaque.String                             `mapstructure:"url"`
	TokenFile string                                          `mapstructure:"token_file"`
	TLS       configoptional.Optional[configtls.ClientConfig] `mapstructure:"tls"`

	// prevent unkeyed literal initialization
	_ struct{}
}

func (c *AlertConfig) validate() error {
	hook, manager := c.Webhook.HasValue(), c.Alertmanager.HasValue()
	switch {
	case hook == manager:
		return errors.New(": must be either a webhook or an alertmanager, with a url")
	case manager:
		return prefixed(".alertmanager", validURL(string(c.Alertmanager.Get().URL)))
	case c.Webhook.Get().MaxPerMinute < 0:
		return errors.New(".webhook.max_per_minute: must not be negative; 0 means 12")
	default:
		return prefixed(".webhook", validURL(string(c.Webhook.Get().URL)))
	}
}

func prefixed(key string, err error) error {
	if err != nil {
		err = fmt.Errorf("%s%w", key, err)
	}
	return err
}

// validURL does not quote what it is given.
func validURL(s string) error {
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New(".url: must be an address such as https://alerts.example.com/hook")
	}
	return nil
}

// alertClient is what requests to a target are sent by.
func alertClient(ctx context.Context, tls configoptional.Optional[configtls.ClientConfig]) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if tls.HasValue() {
		config, err := tls.Get().LoadTLSConfig(ctx)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = config
	}
	return notify.NewClient(transport), nil
}

// teller tells of the ledger's incidents. It is a ledger.Listener.
type teller struct {
	*notify.Notifier
	*writer
}

func newTeller(ctx context.Context, w *writer) (*teller, error) {
	o := notify.Options{
		Report: func(err error) { w.complain("Alerts are not taken", zap.Error(err)) },
		Count: func(target string, outcome notify.Outcome, n int) {
			w.builder.ExporterAirtightLedgerAlerts.Add(context.Background(), int64(n),
				metric.WithAttributes(attribute.String("target", target), attribute.String("outcome", string(outcome))))
		},
	}
	for i := range w.config.Alerts {
		c, name := &w.config.Alerts[i], fmt.Sprintf("alerts[%d]", i)
		var err error
		if c.Webhook.HasValue() {
			hook := c.Webhook.Get()
			e := notify.Endpoint{Name: name, URL: string(hook.URL), TokenFile: hook.TokenFile}
			e.Client, err = alertClient(ctx, hook.TLS)
			o.Webhooks = append(o.Webhooks, notify.Webhook{Endpoint: e, SecretFile: hook.SecretFile, PerMinute: hook.MaxPerMinute})
		} else {
			manager := c.Alertmanager.Get()
			e := notify.Endpoint{Name: name, URL: string(manager.URL), TokenFile: manager.TokenFile}
			e.Client, err = alertClient(ctx, manager.TLS)
			o.Alertmanagers = append(o.Alertmanagers, notify.Alertmanager{Endpoint: e})
		}
		if err != nil {
			return nil, fmt.Errorf("%s: tls: %w", name, err)
		}
	}
	return &teller{notify.New(o), w}, nil
}

// Changed implements ledger.Listener.
func (t *teller) Changed(i ledger.Incident) {
	t.builder.ExporterAirtightLedgerIncidents.Add(context.Background(), 1,
		metric.WithAttributes(attribute.String("kind", string(i.Kind)), attribute.String("state", string(i.State))))
	t.Notifier.Changed(t.alert(i))
}

// Standing implements ledger.Listener.
func (t *teller) Standing(all []ledger.Incident) {
	alerts := make([]notify.Alert, len(all))
	for n, i := range all {
		alerts[n] = t.alert(i)
	}
	t.Notifier.Standing(alerts)
}

func (t *teller) alert(i ledger.Incident) notify.Alert {
	a := notify.Alert{
		ID: i.ID, State: notify.State(i.State), Kind: string(i.Kind), Service: i.Service, Namespace: i.Namespace, Version: i.Version,
		Class: i.Class, Severity: i.Severity, Rules: i.Rules, Reasons: i.Reasons, Expected: i.Expected, Observed: i.Observed, Span: i.Span,
		Opened: i.Opened, LastSeen: i.LastSeen, Closed: i.Closed, ClosedReason: i.ClosedReason, Silenced: i.Silenced,
	}
	if i.Containment != nil {
		a.ContainedUntil = i.Containment.Until
	}
	if base := t.config.ExternalURL; base != "" {
		a.Link = strings.TrimSuffix(base, "/") + "/incidents/" + i.ID
	}
	return a
}
