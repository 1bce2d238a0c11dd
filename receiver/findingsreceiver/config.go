package findingsreceiver

import (
	"errors"
	"time"
)

// Config is the receiver's configuration.
type Config struct {
	// Hub names the hub to take findings from: those of the processors with the
	// same hub. A hub has one receiver.
	Hub string `mapstructure:"hub"`
	// Interval is how often what was found is handed on. Findings are counted
	// meanwhile, so that a record is made of equal ones; shorter means more records.
	Interval time.Duration `mapstructure:"interval"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultInterval = 5 * time.Second
	minInterval     = 100 * time.Millisecond
)

func defaultConfig() *Config { return &Config{Hub: "default", Interval: defaultInterval} }

// Validate implements confmap.Validator.
func (c *Config) Validate() error {
	switch {
	case c.Hub == "":
		return errors.New("hub: must not be empty: leave the key out for the default hub")
	case c.Interval < minInterval:
		return errors.New("interval: must be at least 100ms, such as 10s")
	}
	return nil
}
