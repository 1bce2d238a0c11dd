package validate

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// privateSuffixes end names that no public registry delegates but that mail is
// sent to all the same: RFC 2606, RFC 6762 appendix G, ICANN's .internal, RFC 8375.
const privateSuffixes = " local localdomain internal intranet private corp home lan arpa test example invalid localhost "

// email accepts an address of a person or role: a local part of 1 to 64 bytes
// without dots at its ends (RFC 5321 and 6531: letters of any script), and a
// domain whose last label is delegated or one of the private ones. The suffix is what tells an
// address from logo@2x.png, and the user git, by which one fetches code, is no mailbox.
func email(value string) bool {
	at := strings.LastIndexByte(value, '@')
	if at < 1 || at > 64 || len(value)-at > 254 {
		return false
	}
	local, domain := value[:at], value[at+1:]
	if local == "git" || local[0] == '.' || local[at-1] == '.' || strings.Contains(local, "..") || strings.IndexByte(local, '@') >= 0 {
		return false
	}
	labels := 0
	for rest, more := domain, true; more; labels++ {
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if !hostLabel(label) {
			return false
		}
	}
	if labels < 2 {
		return false
	}
	top := strings.ToLower(domain[strings.LastIndexByte(domain, '.')+1:])
	if top[0] >= utf8.RuneSelf || strings.Contains(privateSuffixes, " "+top+" ") {
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(domain))
	return icann || strings.IndexByte(suffix, '.') > 0
}

// hostLabel reports whether label can stand between the dots of a host name
// (RFC 1123, and any non-ASCII letter for RFC 5890).
func hostLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := 0; i < len(label); i++ {
		c := label[i]
		if !isDigit(c) && !isUpper(c&^0x20) && c != '-' && c < utf8.RuneSelf {
			return false
		}
	}
	return true
}
