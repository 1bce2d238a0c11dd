package main

import (
	"regexp"
	"strings"

	"github.com/airtight-telemetry/airtight/internal/quiet"
)

// configError is a fault in the configs of that name, as otelcol words it.
type configError struct {
	configs string
	err     error
}

func (e configError) Error() string { return e.configs + ": " + e.err.Error() }
func (e configError) Unwrap() error { return e.err }

// noise is what the Collector's layers say about themselves on the way up.
var noise = strings.NewReplacer(
	"failed to get config: ", "",
	"invalid configuration: ", "",
	"cannot resolve the configuration: ", "",
	"cannot retrieve the configuration: ", "",
	"cannot unmarshal the configuration: ", "",
	"cannot convert the confmap.Conf: ", "",
	"decoding failed due to the following error(s):", "",
	"failed to build pipelines: ", "",
	"error decoding ", "",
	"retrieved value (type=string) cannot be used as a Conf: assuming string type since contents are not valid YAML: yaml: ", "not valid YAML: ",
)

// cures are what to do about the faults that otelcol only names.
var cures = []struct{ fault, cure string }{
	{"has invalid keys: ", "remove or correct it"},
	{"unable to read the file file:", "name a file that exists and can be read"},
	{"unknown type: ", "use a type that `airtight components` lists"},
	{"which is not configured", "configure it, or take it out of the pipeline"},
	{"address already in use", "stop what listens there, or choose another endpoint"},
	{"bind: permission denied", "choose a port of 1024 or more"},
	{"not valid YAML", "correct it"},
	{"no such file or directory", "create it, or correct the path"},
}

var (
	space = regexp.MustCompile(`\s+`)
	// A YAML or mapstructure error quotes the value it could not use.
	quoted = regexp.MustCompile("(?s)`[^`]*`|value: '[^']*'|parsing \"[^\"]*\"")
)

// sentence is an error on one line: what is wrong and where, and what to do about
// it. No value of a config is in it, and it has passed the gate.
func sentence(err error) string {
	text := quoted.ReplaceAllString(noise.Replace(err.Error()), "a value")
	var parts []string
	for line := range strings.Lines(text) {
		line = strings.Trim(space.ReplaceAllString(line, " "), " *;")
		if line != "" {
			parts = append(parts, line)
		}
	}
	text = strings.ReplaceAll(strings.Join(parts, "; "), ":;", ":")
	for _, c := range cures {
		if strings.Contains(text, c.fault) {
			text += "; " + c.cure
			break
		}
	}
	return quiet.Text(strings.TrimSuffix(text, "."))
}
