package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/ruledocs"
)

func newRulesDocsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "docs [--out DIR] [CATALOGUE]",
		Short: "Write the reference pages of a catalogue",
		Long: `Write a Markdown page for each area of a catalogue: what its rules find, by what, where
the format is published and where such a value is revoked; each rule is an anchor of its
id. An index counts them. The catalogue is a directory like configs/rules, or the word
shipped for the one of this build. Other files of the directory stay as they are.`,
		Example: `  airtight rules docs --out docs/rules
  airtight rules docs --out pages ./my-catalogue`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("rules docs takes one catalogue: a directory, or the word shipped")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{shipped}, cobra.ShellCompDirectiveFilterDirs
		},
	}
	out := cmd.Flags().String("out", ".", "directory to write to")
	if err := cmd.MarkFlagDirname("out"); err != nil {
		panic(err) // the flag is there
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var from fs.FS = configs.Rules()
		if len(args) > 0 && args[0] != shipped {
			if info, err := os.Stat(args[0]); err != nil {
				return fileError(args[0], err)
			} else if !info.IsDir() {
				return fmt.Errorf("%s: is no directory; name a catalogue like configs/rules", args[0])
			}
			from = catalogueDir(args[0])
		}
		pages, err := ruledocs.Pages(from)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(*out, 0o755); err != nil {
			return fileError(*out, err)
		}
		for _, name := range slices.Sorted(maps.Keys(pages)) {
			path := filepath.Join(*out, name)
			if err := os.WriteFile(path, []byte(pages[name]), 0o644); err != nil {
				return fileError(path, err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
		}
		return nil
	}
	return cmd
}
