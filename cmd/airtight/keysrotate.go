package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

func newKeysRotateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate FILE",
		Short: "Add a key to a keyring and retire the others",
		Long: `Add a key to a keyring. The keys before it stop making tokens after the overlap, and are
kept: old tokens are still recognised, and old fingerprints still traced. The file is
replaced in one step and keeps its mode and owner. Running gates read it within two
seconds.

Where the file reaches processes one after the other, give --delay the time that takes:
then none makes tokens that another does not know yet.

--keep-for takes out keys that stopped making tokens longer ago than that. What was made
with them is not recognised, and trace can't find it. The ledger's retention is a good
choice: it forgets fingerprints after that anyway.`,
		Example: `  airtight keys rotate keyring.yaml
  airtight keys rotate keyring.yaml --delay 1h --overlap 24h --keep-for 90d
  airtight keys rotate keyring.yaml --not-after 2027-01-01`,
		Args:              oneKeyring("rotate"),
		ValidArgsFunction: completeYAML,
	}
	id := cmd.Flags().String("id", "", "id of the new key (default the next of k1, k2, ...)")
	delay := durationFlag(cmd, "delay", 0, "how long the new key waits before it makes tokens")
	overlap := durationFlag(cmd, "overlap", 24*time.Hour, "how long the old keys go on once the new one makes tokens")
	notAfter := cmd.Flags().String("not-after", "", "when the old keys stop, a time or a date, in place of --overlap")
	life := durationFlag(cmd, "life", 0, "how long the new key makes tokens, such as 400d (default for ever)")
	keep := durationFlag(cmd, "keep-for", 0, "take out keys that stopped longer ago than this, such as 90d (default none)")
	completeFlag(cmd, "id")
	completeFlag(cmd, "not-after")
	cmd.MarkFlagsMutuallyExclusive("overlap", "not-after")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		now, path := time.Now(), args[0]
		ring, err := keyring.LoadRetired(path, now)
		if err != nil {
			return err
		}
		o := keyring.Rotation{Delay: *delay, Overlap: *overlap, Life: *life}
		if *notAfter != "" {
			end, err := parseTime(*notAfter)
			if err != nil {
				return fmt.Errorf("--not-after: %w", err)
			}
			if o.Overlap = end.Sub(now.Add(*delay).Truncate(time.Second)); o.Overlap < 0 {
				return errors.New("--not-after: must be later than the new key's beginning, or old keys would stop before it makes tokens")
			}
		}
		var gone []keyring.Key
		if *keep > 0 {
			ring, gone = ring.Prune(now.Add(-*keep), now)
		}
		name := *id
		if name == "" {
			name = ring.NextID()
		}
		rotated, err := ring.Rotate(name, now, o)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := rotated.Replace(path); err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if len(gone) > 0 {
			ids := make([]string, len(gone))
			for i, k := range gone {
				ids[i] = k.ID
			}
			fmt.Fprintf(out, "took out %s: what was made with them is not recognised any more\n", strings.Join(ids, ", "))
		}
		return listKeys(out, rotated, now)
	}
	return cmd
}
