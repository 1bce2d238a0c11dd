package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/configguard"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// policyFlag is the flag --policy of the verbs that go by one.
func policyFlag(cmd *cobra.Command) *string {
	file := cmd.Flags().String("policy", "", "policy file to lay over the default policy")
	if err := cmd.MarkFlagFilename("policy", "yaml", "yml"); err != nil {
		panic(err) // the flag is there
	}
	return file
}

// loadPolicy compiles the policy file over the default policy; without a file it
// is the default policy. What a reader of the policy may not expect goes to stderr.
func loadPolicy(file string, stderr io.Writer) (*policy.Compiled, error) {
	config := configguard.Default()
	config.PolicyFile = file
	compiled, err := config.Load(time.Now())
	if err != nil {
		return nil, err
	}
	for _, warning := range compiled.Warnings {
		fmt.Fprintln(stderr, "airtight: warning: "+warning)
	}
	return compiled, nil
}
