package finding

import (
	"regexp"

	"github.com/airtight-telemetry/airtight/internal/keyring"
)

// Fingerprints are those of a value under every key of a ring, the newest first:
// one of them is what was noted when the value was seen, under whichever key that
// was, as long as the ring still has it.
func Fingerprints(ring *keyring.Ring, value string) []string {
	keys := ring.Keys()
	all := make([]string, len(keys))
	for i, k := range keys {
		f := Fingerprinter{k.ID, keyring.Derive(k, fingerprintPurpose)}
		all[i] = f.Of(value)
	}
	return all
}

var fingerprintForm = regexp.MustCompile(`^[a-z0-9]{1,16}:[a-z2-7]{16}$`)

// IsFingerprint reports whether s has the form of a fingerprint.
func IsFingerprint(s string) bool { return fingerprintForm.MatchString(s) }
