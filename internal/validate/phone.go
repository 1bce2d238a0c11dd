package validate

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// phone accepts an international number (E.164) as written with its + or 00:
// the country code exists and the numbering plan of that country has the
// number, by Google's libphonenumber metadata. Everything else is refused, a
// national number too: without its country no digits are too wild to be one.
func phone(value string) bool {
	value = strings.TrimSpace(value)
	if rest, ok := strings.CutPrefix(value, "00"); ok {
		value = "+" + rest
	}
	if len(value) < 8 || len(value) > 40 || value[0] != '+' && !strings.HasPrefix(value, "(+") {
		return false
	}
	n, err := phonenumbers.Parse(value, "")
	return err == nil && phonenumbers.IsValidNumber(n)
}
