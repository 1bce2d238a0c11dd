package demo

import (
	"fmt"
	"strings"
)

// Summary prints the figures of the play, and names each planted value that came
// out and each that was never sent.
func (s Screen) Summary(c Comparison) {
	s.Say("Summary")
	s.figure("planted", "%d values in the logs and traces of four services", c.Planted)
	s.figure("survived", "%d, looked for as they are and in JSON, URL, hex and base64 form", len(c.Survivors))
	s.figure("arrived", "%d of %d log records and spans; %d missing, %d too many", c.Arrived, c.Sent, c.Missing, c.Extra)
	s.figure("clean", "%d records and spans without a planted value; %d of them changed", c.Clean, c.CleanChanged)
	for _, survivor := range c.Survivors {
		s.fault("came out (%s form): %s", survivor.Form, survivor.What)
	}
	for _, what := range c.NotSent {
		s.fault("was never sent, so nothing is known of it: %s", what)
	}
	if c.OK() {
		fmt.Fprintln(s.W, s.paint(mask, "No planted value came out."))
		return
	}
	var faults []string
	if n := len(c.Survivors); n > 0 {
		faults = append(faults, fmt.Sprintf("%d of %d planted values came out", n, c.Planted))
	}
	if c.Missing > 0 {
		faults = append(faults, fmt.Sprintf("%d of %d records and spans did not arrive", c.Missing, c.Sent))
	}
	if c.Extra > 0 {
		faults = append(faults, fmt.Sprintf("%d records and spans arrived that were not sent, or arrived twice", c.Extra))
	}
	if n := len(c.NotSent); n > 0 {
		faults = append(faults, fmt.Sprintf("%d planted values were never sent", n))
	}
	fmt.Fprintln(s.W, s.paint(leak, strings.Join(faults, "; ")+"."))
}

func (s Screen) figure(name, format string, args ...any) {
	fmt.Fprintf(s.W, "  %-9s "+format+"\n", append([]any{name}, args...)...)
}

func (s Screen) fault(format string, args ...any) {
	fmt.Fprintln(s.W, "  "+s.paint(leak, fmt.Sprintf(format, args...)))
}
