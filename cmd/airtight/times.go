package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// durationFlag is a flag for a duration that may be in days: 90d, 12h, 1h30m.
func durationFlag(cmd *cobra.Command, name string, value time.Duration, usage string) *time.Duration {
	d := duration(value)
	cmd.Flags().Var(&d, name, usage)
	completeFlag(cmd, name)
	return (*time.Duration)(&d)
}

// duration implements pflag.Value.
type duration time.Duration

func (d *duration) Type() string { return "duration" }

func (d *duration) String() string {
	day := 24 * time.Hour
	switch v := time.Duration(*d); {
	case v == 0:
		return "" // shown as no default
	case v%day == 0:
		return strconv.FormatInt(int64(v/day), 10) + "d"
	default:
		return v.String()
	}
}

func (d *duration) Set(s string) error {
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}

var errDuration = errors.New("write a duration such as 90d, 12h or 30m")

// parseDuration reads a duration that is not negative, in days or as Go has it.
func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, errDuration
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return 0, errDuration
	}
	return v, nil
}

// parseTime reads a moment: RFC 3339, or a date in UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("write a time such as 2027-01-01T00:00:00Z or a date such as 2027-01-01")
}
