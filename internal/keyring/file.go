package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/airtight-telemetry/airtight/internal/secret"
	"github.com/airtight-telemetry/airtight/internal/yamldoc"
)

// maxFile bounds a keyring file; a key takes about 150 bytes.
const maxFile = 1 << 20

// Load reads a keyring file:
//
//	keys:
//	  - id: k1
//	    created: 2026-11-01T00:00:00Z     # RFC 3339, or a date (UTC)
//	    not_after: 2027-11-01T00:00:00Z   # may be left out: valid for ever
//	    secret: <base64>                  # 32 bytes or more once decoded
//
// The secret is standard base64 (RFC 4648, section 4), with or without padding:
// `openssl rand -base64 32` writes one. The file must not be readable by the
// world nor writable by the group; for a symbolic link, as Kubernetes mounts
// Secrets, its target counts. Errors name the file, line and cure, and hold
// nothing of a secret.
func Load(path string, now time.Time) (*Ring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	defer f.Close()
	// The open file is asked, not the path: what is judged is what is read.
	info, err := f.Stat()
	if err != nil {
		return nil, openError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: the keyring is not a regular file: name the file itself", path)
	}
	switch mode := info.Mode().Perm(); {
	case mode&0o007 != 0:
		return nil, fmt.Errorf("%s: the keyring is open to every user (mode %04o): chmod 0600, or 0440 for a Kubernetes Secret (defaultMode)", path, mode)
	case mode&0o020 != 0:
		return nil, fmt.Errorf("%s: the keyring can be written by its group (mode %04o): chmod 0600, or 0640 to let the group read", path, mode)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, openError(path, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: the keyring is larger than 1 MiB: name the right file", path)
	}
	return Parse(path, data, now)
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no keyring here: make one with airtight keys new, or correct the path", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: the keyring may not be read by this user: give it to the user or group airtight runs as", path)
	}
	// The system's text for the rest; it holds the path and no content.
	return fmt.Errorf("%s: the keyring can't be read: %w", path, errors.Unwrap(err))
}

// Parse reads a keyring as Load does, from memory; name is what errors call it.
func Parse(name string, data []byte, now time.Time) (*Ring, error) {
	doc, err := yamldoc.Parse(name, data)
	if err != nil {
		return nil, err
	}
	var file struct {
		Keys []struct {
			ID       string    `koanf:"id"`
			Created  timestamp `koanf:"created"`
			NotAfter timestamp `koanf:"not_after"`
			Secret   string    `koanf:"secret"`
		} `koanf:"keys"`
	}
	refuse := func(p yamldoc.Path, text string) error {
		if len(p) == 0 {
			return fmt.Errorf("%s: %s", doc.At(p), text)
		}
		return fmt.Errorf("%s: %s: %s", doc.At(p), p, text)
	}
	if faults := yamldoc.Decode(doc.Value, &file); len(faults) > 0 {
		return nil, refuse(faults[0].Path, faults[0].Text)
	}
	if len(file.Keys) == 0 {
		return nil, refuse(yamldoc.Path{"keys"}, "the keyring holds no key: make one with airtight keys new")
	}
	keys := make([]Key, 0, len(file.Keys))
	seen := map[string]bool{}
	for i, k := range file.Keys {
		at := yamldoc.Path{"keys", i}
		switch {
		case k.ID == "":
			return nil, refuse(at, "has no id: give it one of 1 to 16 of a-z and 0-9")
		case !ValidID(k.ID):
			return nil, refuse(at.Then("id"), "must be 1 to 16 of a-z and 0-9")
		case seen[k.ID]:
			return nil, refuse(at.Then("id"), "is the id of an earlier key: give every key its own")
		case k.Created.IsZero():
			return nil, refuse(at, "has no created: give the time from which it is valid")
		case !k.NotAfter.IsZero() && !k.NotAfter.After(k.Created.Time):
			return nil, refuse(at.Then("not_after"), "must be later than created")
		case k.Secret == "":
			return nil, refuse(at, "has no secret: 32 random bytes in base64 (openssl rand -base64 32)")
		}
		material, err := decodeSecret(k.Secret)
		if err != nil {
			return nil, refuse(at.Then("secret"), "is not base64: write 32 random bytes in base64 (openssl rand -base64 32)")
		}
		if len(material) < SecretSize {
			return nil, refuse(at.Then("secret"), fmt.Sprintf("is %d bytes once decoded, at least %d are needed (openssl rand -base64 32)", len(material), SecretSize))
		}
		seen[k.ID] = true
		keys = append(keys, Key{ID: k.ID, Created: k.Created.Time, NotAfter: k.NotAfter.Time, secret: secret.New(material)})
	}
	ring, err := newRing(keys, now)
	if err != nil {
		return nil, refuse(yamldoc.Path{"keys"}, err.Error())
	}
	return ring, nil
}

func decodeSecret(s string) ([]byte, error) {
	if b, err := base64.StdEncoding.DecodeString(s); err == nil {
		return b, nil
	}
	return base64.RawStdEncoding.DecodeString(s)
}

// timestamp is a moment as YAML or RFC 3339 writes it.
type timestamp struct{ time.Time }

// FromScalar implements yamldoc.Scalar.
func (t *timestamp) FromScalar(v any) error {
	switch v := v.(type) {
	case time.Time:
		t.Time = v.UTC()
		return nil
	case string:
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if parsed, err := time.Parse(layout, v); err == nil {
				t.Time = parsed.UTC()
				return nil
			}
		}
	}
	return errors.New("expected a time such as 2026-11-01T00:00:00Z or a date such as 2026-11-01")
}

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
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: exists, and a lost key can't be made again: name another file, or use airtight keys rotate", path)
	}
	if err != nil {
		return fmt.Errorf("the keyring can't be written: %w", err)
	}
	return r.write(f)
}

// Replace writes the ring to path, mode 0600, in one step: whoever reads the
// file meanwhile gets the old ring or the new one, whole.
func (r *Ring) Replace(path string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keyring-*") // created with mode 0600
	if err != nil {
		return fmt.Errorf("the keyring can't be written: %w", err)
	}
	if err := r.write(f); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("the keyring can't be written: %w", err)
	}
	return nil
}

// write fills a fresh file and closes it; on an error the file is gone.
func (r *Ring) write(f *os.File) error {
	_, err := f.Write(r.Encode().Reveal())
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("the keyring can't be written: %w", err)
	}
	return nil
}
