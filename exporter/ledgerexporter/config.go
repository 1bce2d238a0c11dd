package ledgerexporter

import (
	"errors"
	"fmt"
	"net"
	"path"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
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
	return c.HTTP.validate()
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
	case c.NoAuth && hasToken:
		return errors.New("http.no_auth: can't be on where there is a token: leave one out")
	case c.NoAuth && host != "localhost" && !net.ParseIP(host).IsLoopback():
		return errors.New("http.no_auth: is for loopback only: set http.token_file, or http.endpoint to localhost:4380")
	case !c.NoAuth && !hasToken:
		return errors.New("http.token_file: is missing: name a file with a token, set http.no_auth on loopback, or http.endpoint to nothing")
	}
	return nil
}
