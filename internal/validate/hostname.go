package validate

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// notHosts begin dotted names that are no host's: packages of Java and its kin,
// which turn a domain round.
const notHosts = " com org net edu gov io java javax jakarta sun kotlin scala android dalvik akka dev de uk fr cn me "

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
	labels := 0
	for rest, more := name, true; more; labels++ {
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if !hostLabel(label) || labels == 0 && strings.Contains(notHosts, " "+label+" ") {
			return false
		}
	}
	top := name[strings.LastIndexByte(name, '.')+1:]
	if labels < 3 || len(name) > 253 || top != strings.ToLower(top) || isDigit(top[0]) {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(name))
	return len(suffix) < len(name) && (icann || strings.IndexByte(suffix, '.') > 0 || strings.Contains(privateSuffixes, " "+top+" "))
}
