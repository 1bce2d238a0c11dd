package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

func newKeysNewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new [--out FILE] [--id ID]",
		Short: "Make a keyring with one key",
		Long: `Make a keyring with one key of 32 random bytes. The file has mode 0600 and stands in no
directory that every user may write to. A keyring that is there is not overwritten: what
was made under its keys could never be recognised or traced again; rotate it instead.`,
		Example: `  airtight keys new
  airtight keys new --out /etc/airtight/keyring.yaml --id prod1`,
		Args: cobra.NoArgs,
	}
	out := cmd.Flags().String("out", defaultKeyring, "file to write")
	id := cmd.Flags().String("id", "", "id of the key, 1 to 16 of a-z and 0-9; it stands in every token (default k1)")
	force := cmd.Flags().Bool("force", false, "overwrite a keyring that is there; its keys are lost")
	life := durationFlag(cmd, "life", 0, "how long the key makes tokens, such as 400d (default for ever)")
	completeFlag(cmd, "id")
	if err := cmd.MarkFlagFilename("out", "yaml", "yml"); err != nil {
		panic(err) // the flag is there
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		now := time.Now()
		name := *id
		if name == "" {
			name = "k1"
			// A key that is lost keeps its id: what was made with it must not seem to
			// be of the new one.
			if old, err := keyring.LoadRetired(*out, now); *force && err == nil {
				name = old.NextID()
			}
		}
		ring, err := keyring.Generate(name, now, *life)
		if err != nil {
			return fmt.Errorf("--id: %w", err)
		}
		write := ring.Create
		if *force {
			write = ring.Replace
		}
		if err := write(*out); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: made key %s, valid from %s%s; keep a copy where it is safe, a lost key can't be made again\n",
			*out, name, stamp(ring.Current().Created), until(ring.Current()))
		return nil
	}
	return cmd
}

// until says when a key ends.
func until(k keyring.Key) string {
	if k.NotAfter.IsZero() {
		return ""
	}
	return " until " + stamp(k.NotAfter)
}
