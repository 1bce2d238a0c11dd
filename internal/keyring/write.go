package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/airtight-telemetry/airtight/internal/secret"
)

// Encode writes the ring as Load reads it, secrets included.
func (r *Ring) Encode() secret.Bytes {
	var b bytes.Buffer
	b.WriteString("# airtight keyring: whoever reads this file can link tokens and test guesses of their values.\nkeys:\n")
	for _, k := range r.keys {
		fmt.Fprintf(&b, "  - id: %q\n    created: %s\n", k.ID, k.Created.UTC().Format(time.RFC3339))
		if !k.NotAfter.IsZero() {
			fmt.Fprintf(&b, "    not_after: %s\n", k.NotAfter.UTC().Format(time.RFC3339))
		}
		fmt.Fprintf(&b, "    secret: %s\n", base64.StdEncoding.EncodeToString(k.secret.Reveal()))
	}
	return secret.New(b.Bytes())
}

// Create writes the ring to a new file of mode 0600. A file that is there it does
// not overwrite: a lost key can't be made again.
func (r *Ring) Create(path string) error {
	if err := fitDirectory(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: exists, and a lost key can't be made again: name another file, or use airtight keys rotate", path)
	}
	if err != nil {
		return writeError(path, err)
	}
	if err := r.write(f); err != nil {
		return writeError(path, err)
	}
	syncDirectory(path)
	return nil
}

// Replace writes the ring to path in one step: whoever reads the file meanwhile
// gets the old ring or the new one, whole. The file keeps its owner and its mode,
// less what Load would refuse; a new one has mode 0600. Through a symbolic link the
// file it names is replaced.
func (r *Ring) Replace(path string) error {
	target := path
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		target = resolved
	}
	if err := fitDirectory(target); err != nil {
		return err
	}
	before, err := os.Stat(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeError(path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".keyring-*") // created with mode 0600
	if err != nil {
		return writeError(path, err)
	}
	if before != nil {
		// The owner first: a change of it may take bits of the mode away.
		err = errors.Join(keepOwner(f, before), f.Chmod(before.Mode().Perm()&^0o037))
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(f.Name())
		return fmt.Errorf("%s: the keyring can't be given to the owner it has now: run this as that user or as root", path)
	}
	if err := r.write(f); err != nil {
		return writeError(path, err)
	}
	if err := os.Rename(f.Name(), target); err != nil {
		_ = os.Remove(f.Name())
		return writeError(path, err)
	}
	syncDirectory(target)
	return nil
}

// write fills a fresh file and closes it; on an error the file is gone.
func (r *Ring) write(f *os.File) error {
	_, err := f.Write(r.Encode().Reveal())
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// fitDirectory refuses a directory in which any user may put another file in the
// keyring's place. One that all may read is well: the file itself is not theirs.
func fitDirectory(path string) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	if err != nil {
		return writeError(path, err)
	}
	if info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return fmt.Errorf("%s: every user may write to this directory, and so put another keyring in place of this one: chmod o-w, or choose another directory", dir)
	}
	return nil
}

// syncDirectory makes the file's name last through a loss of power. Where the file
// system can't, the keyring is in its place all the same.
func syncDirectory(path string) {
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

func writeError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such directory: make it, or correct the path", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: this user may not write here: run this as the keyring's owner, or choose another directory", path)
	}
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("%s: the keyring can't be written (%w): a mounted Secret or ConfigMap is changed where it is made", path, err)
}
