package validate

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// notHosts begin dotted names that are no host's: packages of Java and its kin,
// which turn a domain round.
const notHosts = " com org net edu gov io java javax jakarta sun kotlin scala android dalvik akka dev de uk fr cn me "

// fileSuffixes are countries' domains that end the names of files too: libacme-2.5.so,
// acme-1.0.mo. Before them a number is a version.
const fileSuffixes = " so mo md pl ps py rs sh "

// hostname accepts a fully qualified host name of at least three labels, with or
// without a port, below a suffix of the Public Suffix List's ICANN part; not one
// that begins like a Java package, and not one without a lower-case last label, as class names end.
func hostname(value string) bool {
	name, port, ok := strings.Cut(value, ":")
	if ok {
		for i := 0; i < len(port); i++ {
			if !isDigit(port[i]) {
				return false
			}
		}
	}
	labels, shouted := 0, 0
	var label, before string // the last two
	for rest, more := name, true; more; labels++ {
		before = label
		label, rest, more = strings.Cut(rest, ".")
		if label != strings.ToLower(label) {
			shouted++
		}
		if !hostLabel(label) || labels == 0 && strings.Contains(notHosts, " "+label+" ") {
			return false
		}
	}
	top := label
	if labels < 3 || len(name) > 253 || top != strings.ToLower(top) || isDigit(top[0]) {
		return false
	}
	// SCREAM.API.INFO.name is a subject or a constant: of a host's labels at most the
	// first is written large where the last is small.
	if shouted > 1 || strings.Contains(fileSuffixes, " "+top+" ") && strings.Trim(before, "0123456789") == "" {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(name))
	return len(suffix) < len(name) && (icann || strings.IndexByte(suffix, '.') > 0 || strings.Contains(privateSuffixes, " "+top+" "))
}
