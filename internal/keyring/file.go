package keyring

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	return parse(path, data, now, mustMake)
}

// LoadRetired reads a keyring file as Load does, and also one of which no key is
// valid at now: such a ring has no current key, and serves to recognise what was
// made under its keys, or to be rotated.
func LoadRetired(path string, now time.Time) (*Ring, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	return parse(path, data, now, mayBeRetired)
}

// read returns the content of a keyring file whose mode is fit for one.
func read(path string) ([]byte, error) {
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
	return data, nil
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
	return parse(name, data, now, mustMake)
}

// purpose is what a ring is read for.
type purpose bool

const (
	mustMake     purpose = false // it must have a key that is valid now
	mayBeRetired purpose = true
)

func parse(name string, data []byte, now time.Time, p purpose) (*Ring, error) {
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
	ring := newRing(keys, now)
	if p == mustMake && !ring.Makes() {
		return nil, refuse(yamldoc.Path{"keys"}, "no key is valid now: add one whose created has passed and whose not_after has not (airtight keys rotate)")
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
