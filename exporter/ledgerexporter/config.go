package ledgerexporter

import (
	"errors"
	"fmt"
	"net"
	"path"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/watch"
)

// Config is the exporter's configuration.
type Config struct {
	// TimeoutConfig bounds how long one write may take.
	TimeoutConfig exporterhelper.TimeoutConfig `mapstructure:",squash"`
	// QueueConfig is what findings wait in while the ledger is slow. What does not
	// fit in is dropped and counted.
	QueueConfig configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	// BackOffConfig says how often a write is tried again.
	BackOffConfig configretry.BackOffConfig `mapstructure:"retry_on_failure"`

	Database DatabaseConfig `mapstructure:"database"`
	// Retention is how long counts by the hour, fingerprints and leaks that are no
	// longer seen are kept.
	Retention time.Duration `mapstructure:"retention"`
	// Owners name who services belong to; the first that matches counts.
	Owners []OwnerConfig `mapstructure:"owners"`
	HTTP   HTTPConfig    `mapstructure:"http"`

	// Watch says when incidents are opened, and Contain what they do to their source.
	Watch   WatchConfig   `mapstructure:"watch"`
	Contain ContainConfig `mapstructure:"contain"`
	// Hub names the hub of the processors of this process that contain sources.
	Hub string `mapstructure:"hub"`
	// Alerts are who is told of incidents, with links under ExternalURL, where the
	// page is for those who are told.
	Alerts      []AlertConfig `mapstructure:"alerts"`
	ExternalURL string        `mapstructure:"external_url"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// DatabaseConfig says where the ledger is kept.
type DatabaseConfig struct {
	// Path is an SQLite file, for a ledger of one Collector.
	Path string `mapstructure:"path"`
	// URL is a PostgreSQL database, for one of several: postgres://user@host/name.
	URL configopaque.String `mapstructure:"url"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// OwnerConfig names the owner of services. * stands for any run of characters.
type OwnerConfig struct {
	Service   string `mapstructure:"service"`
	Namespace string `mapstructure:"namespace"`
	Owner     string `mapstructure:"owner"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// WatchConfig says when incidents are opened and closed.
type WatchConfig struct {
	// Learn is how long a new ledger takes what leaks for known.
	Learn time.Duration `mapstructure:"learn"`
	// Quiet is how long nothing is seen of an incident before it closes by itself.
	Quiet time.Duration `mapstructure:"quiet"`
	// FalseAlarmEvery is the mean time between false alarms about one source's rate.
	FalseAlarmEvery time.Duration `mapstructure:"false_alarm_every"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ContainConfig says which incidents contain their source by themselves, and for
// how long.
type ContainConfig struct {
	For time.Duration         `mapstructure:"for"`
	On  []ledger.IncidentKind `mapstructure:"on"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// HTTPConfig says where the page and the API are served, and to whom.
type HTTPConfig struct {
	// Endpoint is host:port; empty serves nothing.
	Endpoint string `mapstructure:"endpoint"`
	// TokenFile holds the tokens that may read, one a line; it is read anew when a
	// token is shown. Token is one more.
	TokenFile string              `mapstructure:"token_file"`
	Token     configopaque.String `mapstructure:"token"`
	// ResponderTokenFile holds tokens that may also decide about leaks, and
	// ResponderToken is one more.
	ResponderTokenFile string              `mapstructure:"responder_token_file"`
	ResponderToken     configopaque.String `mapstructure:"responder_token"`
	// Auth lets in who a Collector extension knows, OIDC for one, beside the tokens.
	Auth configoptional.Optional[AuthConfig] `mapstructure:"auth"`
	// PolicyFile is the policy that the page explains lines by, over the built-in one.
	PolicyFile string `mapstructure:"policy_file"`
	// NoAuth asks for no token; on loopback only.
	NoAuth bool `mapstructure:"no_auth"`
	// TLS, if given, makes the server end TLS.
	TLS configoptional.Optional[configtls.ServerConfig] `mapstructure:"tls"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultRetention = 90 * 24 * time.Hour
	minRetention     = 24 * time.Hour
	// minToken is the least length of a token: 16 characters of base64 are 96 bits.
	minToken = 16
)

func defaultConfig() *Config {
	queue := exporterhelper.NewDefaultQueueConfig()
	// One consumer: SQLite has one writer, and findings come in few batches.
	queue.NumConsumers = 1
	retry := configretry.NewDefaultBackOffConfig()
	retry.InitialInterval = time.Second
	return &Config{
		TimeoutConfig: exporterhelper.NewDefaultTimeoutConfig(),
		QueueConfig:   configoptional.Some(queue),
		BackOffConfig: retry,
		Database:      DatabaseConfig{Path: "/var/lib/airtight/ledger.db"},
		Retention:     defaultRetention,
		HTTP:          HTTPConfig{Endpoint: "localhost:4380"},
		Watch:         WatchConfig{Learn: 24 * time.Hour, Quiet: time.Hour, FalseAlarmEvery: watch.DefaultFalseAlarms},
		Contain:       ContainConfig{For: 15 * time.Minute},
		Hub:           "default",
	}
}

// Validate implements confmap.Validator.
func (c *Config) Validate() error {
	if c.Database.Path == "" && c.Database.URL == "" {
		return errors.New("database: needs a path, of an SQLite file, or a url, of a PostgreSQL database")
	}
	if c.Retention < minRetention {
		return errors.New("retention: must be at least 24h, such as 2160h")
	}
	if !c.QueueConfig.HasValue() {
		return errors.New("sending_queue: can't be switched off: without it a slow ledger would hold up telemetry")
	}
	if q := c.QueueConfig.Get(); q.BlockOnOverflow || q.WaitForResult {
		return errors.New("sending_queue: must not block: leave block_on_overflow and wait_for_result out")
	}
	for i, o := range c.Owners {
		if o.Owner == "" {
			return fmt.Errorf("owners[%d].owner: must not be empty", i)
		}
		for key, pattern := range map[string]string{"service": o.Service, "namespace": o.Namespace} {
			if _, err := path.Match(pattern, ""); err != nil {
				return fmt.Errorf("owners[%d].%s: is no pattern; write a name, with * for any run of characters", i, key)
			}
		}
	}
	if err := c.validateIncidents(); err != nil {
		return err
	}
	return c.HTTP.validate()
}

// leastFalseAlarm keeps alarms from being a matter of course.
const leastFalseAlarm = 30 * 24 * time.Hour

func (c *Config) validateIncidents() error {
	switch {
	case c.Watch.Learn < 0:
		return errors.New("watch.learn: must not be negative; leave it out for 24h")
	case c.Watch.Quiet < time.Minute:
		return errors.New("watch.quiet: must be at least 1m, such as 1h")
	case c.Watch.FalseAlarmEvery < leastFalseAlarm:
		return errors.New("watch.false_alarm_every: must be at least 720h; leave it out for a hundred years")
	case c.Contain.For <= 0 || c.Contain.For > finding.MaxContainment:
		return errors.New("contain.for: must be a time of at most 24h, such as 15m")
	case c.Hub == "":
		return errors.New("hub: must not be empty: leave the key out for the default hub")
	case c.ExternalURL != "" && validURL(c.ExternalURL) != nil:
		return errors.New("external_url: must be the page's address, such as https://ledger.example.com")
	}
	for i, kind := range c.Contain.On {
		if !slices.Contains(ledger.IncidentKinds(), kind) {
			return fmt.Errorf("contain.on[%d]: must be one of %v", i, ledger.IncidentKinds())
		}
	}
	for i := range c.Alerts {
		if err := c.Alerts[i].validate(); err != nil {
			return prefixed(fmt.Sprintf("alerts[%d]", i), err)
		}
	}
	return nil
}

func (c *HTTPConfig) validate() error {
	if c.Endpoint == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Endpoint)
	if err != nil {
		return errors.New("http.endpoint: must be host:port, such as localhost:4380")
	}
	for key, token := range map[string]configopaque.String{"token": c.Token, "responder_token": c.ResponderToken} {
		if token != "" && len(token) < minToken {
			return fmt.Errorf("http.%s: must have at least %d characters", key, minToken)
		}
	}
	hasToken := c.Token != "" || c.TokenFile != "" || c.ResponderToken != "" || c.ResponderTokenFile != ""
	switch {
	case c.NoAuth && (hasToken || c.Auth.HasValue()):
		return errors.New("http.no_auth: can't be on where there is a token or http.auth: leave one out")
	case c.NoAuth && host != "localhost" && !net.ParseIP(host).IsLoopback():
		return errors.New("http.no_auth: is for loopback only: set http.token_file, or http.endpoint to localhost:4380")
	case c.Auth.HasValue() && c.Auth.Get().Authenticator == (component.ID{}):
		return errors.New("http.auth.authenticator: is missing: name an extension, such as oidc")
	case !c.NoAuth && !hasToken && !c.Auth.HasValue():
		return errors.New("http.token_file: is missing: name a file with a token, an extension in http.auth, set http.no_auth on loopback, or http.endpoint to nothing")
	}
	return nil
}
