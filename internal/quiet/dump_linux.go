package quiet

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// noCore keeps the memory out of core files and away from a debugger of the same
// user.
func noCore() error {
	var errs []error
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		errs = append(errs, fmt.Errorf("the core file size can't be limited: %w", err))
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		errs = append(errs, fmt.Errorf("the process stays dumpable: %w", err))
	}
	return errors.Join(errs...)
}
