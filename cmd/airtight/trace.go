package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/keyring"
	"github.com/airtight-telemetry/airtight/internal/ledger"
)

func newTraceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trace (--keyring FILE | --policy FILE) [--ledger DATABASE | --url URL]",
		Short: "Say where and when a value was seen",
		Long: `Say where and when a value was seen: every leak it is part of, with service, version,
place, field, times, counts and destinations. The value is read from standard input, at a
prompt without echo on a terminal, and stays in this process: its fingerprints under every
key of the keyring are computed here, and the ledger is asked for those.

Spellings of one value are one: the case of an e-mail address, and blanks, hyphens, dots
and slashes in a number. One newline at the end is not part of the value.

The answer says what limits it: values beyond the number that a leak tells apart, values
that get no fingerprint (CVV, PIN, track data, fields masked by their name), keys that the
keyring does not have any more, and how far back the ledger goes.
` + ledgerHelp + `

Exit status: 0 seen, 1 not seen, 2 could not.`,
		Example: `  airtight trace --keyring keyring.yaml
  airtight trace --policy policy.yaml --url https://ledger.example.com --token-file token < value.txt
  airtight trace --keyring keyring.yaml --ledger /var/lib/airtight/ledger.db --format json < value.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("trace takes the value on standard input and never as an argument, where every user of the machine sees it: type it at the prompt, or redirect a file that holds it")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	from := addLedgerFlags(cmd)
	file := policyFlag(cmd)
	ringFile := cmd.Flags().String("keyring", "", "keyring the gates use")
	format := cmd.Flags().String("format", "table", "how the answer is written: table, json")
	completeFlag(cmd, "format", "table", "json")
	if err := cmd.MarkFlagFilename("keyring", "yaml", "yml"); err != nil {
		panic(err) // the flag is there
	}
	cmd.MarkFlagsMutuallyExclusive("keyring", "policy")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		write, ok := map[string]func(io.Writer, *traced) error{"table": traceTable, "json": traceJSON}[*format]
		if !ok {
			return errors.New("--format: must be one of table, json")
		}
		ring, err := traceRing(*ringFile, *file, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		reader, done, err := from.open(cmd.Context())
		if err != nil {
			return err
		}
		defer done()
		value, err := readValue(cmd.InOrStdin(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		asked := fingerprintsOf(ring, value)
		answer, err := reader.Trace(cmd.Context(), asked[:min(len(asked), ledger.MaxTraced)])
		if err != nil {
			return err
		}
		t := newTraced(answer, ring)
		if n := len(asked) - ledger.MaxTraced; n > 0 {
			t.Limits = append(t.Limits, fmt.Sprintf("the keyring has more keys than can be asked for: %s under the oldest were left out", plural(n, "fingerprint")))
		}
		if err := write(cmd.OutOrStdout(), t); err != nil {
			return err
		}
		if !t.Seen {
			return exitCode(exitFound)
		}
		return nil
	}
	return cmd
}

// traceRing is the keyring that fingerprints were made under. Keys that are over serve
// as well: what was noted under them stays.
func traceRing(ringFile, policyFile string, stderr io.Writer) (*keyring.Ring, error) {
	if ringFile != "" {
		return keyring.LoadRetired(ringFile, time.Now())
	}
	if policyFile == "" {
		return nil, errors.New("trace needs the keyring the gates use: name it with --keyring, or their policy with --policy")
	}
	compiled, err := loadPolicy(policyFile, stderr)
	if err != nil {
		return nil, err
	}
	if compiled.Ring == nil {
		return nil, fmt.Errorf("%s: names no keyring, and without one fingerprints mean nothing beyond a run of a gate: set keyring: in the policy", policyFile)
	}
	return compiled.Ring, nil
}

// maxTracedValue bounds a value in bytes; the longest that rules find are keys of a
// few kilobytes.
const maxTracedValue = 1 << 20

// readValue reads the value, without its newline. On a terminal it asks and does not
// show what is typed.
func readValue(stdin io.Reader, stderr io.Writer) (string, error) {
	var value []byte
	var err error
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(stderr, "value (not shown): ")
		value, err = term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(stderr)
	} else {
		value, err = io.ReadAll(io.LimitReader(stdin, maxTracedValue+1))
	}
	if err != nil {
		return "", errors.New("standard input can't be read: type the value, or redirect a file that holds it")
	}
	if len(value) > maxTracedValue {
		return "", errors.New("the value is longer than 1 MiB: give one value, not the text around it")
	}
	value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
	if len(bytes.TrimSpace(value)) == 0 {
		return "", errors.New("standard input holds no value: type one at the prompt, or redirect a file that holds it")
	}
	return string(value), nil
}

// fingerprintsOf are those of the value as it is given, and without the blanks around
// it, which rules leave out.
func fingerprintsOf(ring *keyring.Ring, value string) []string {
	all := finding.Fingerprints(ring, value)
	if bare := strings.TrimSpace(value); bare != value {
		for _, f := range finding.Fingerprints(ring, bare) {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}
