package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"
)

// completeFiles lets the shell complete file names.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeFlag lets the shell complete a flag's value from a fixed list.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag is there
	}
}

// fileError names the file once, and what is wrong with it.
func fileError(path string, err error) error {
	name := path
	if path == "-" {
		name = "standard input"
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return unreadable{name, err}
}

// unreadable is a file that can't be read or written.
type unreadable struct {
	name string
	err  error
}

func (u unreadable) Error() string { return u.name + ": " + u.err.Error() }
func (u unreadable) Unwrap() error { return u.err }
