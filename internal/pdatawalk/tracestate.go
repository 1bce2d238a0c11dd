package pdatawalk

import (
	"slices"
	"strings"
)

// validTraceState returns s without the list members that W3C Trace Context
// level 1, section 3.3.1, does not allow, such as one in whose key a mask now
// stands. What is valid as a whole comes back as it is.
func validTraceState(s string) string {
	const maxMembers = 32
	var kept, keys []string
	intact := true
	for member := range strings.SplitSeq(s, ",") {
		member = strings.Trim(member, " \t")
		if member == "" { // allowed, but not every parser knows
			intact = false
			continue
		}
		key, value, found := strings.Cut(member, "=")
		if !found || !isTraceStateKey(key) || !isTraceStateValue(value) || slices.Contains(keys, key) || len(kept) == maxMembers {
			intact = false
			continue
		}
		keys = append(keys, key)
		kept = append(kept, member)
	}
	if intact {
		return s
	}
	return strings.Join(kept, ",")
}

// isTraceStateKey: simple-key, or tenant-id "@" system-id.
func isTraceStateKey(key string) bool {
	tenant, system, multi := strings.Cut(key, "@")
	if !multi {
		return isKeyPart(key, 256, false)
	}
	return isKeyPart(tenant, 241, true) && isKeyPart(system, 14, false)
}

func isKeyPart(s string, limit int, digitFirst bool) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z':
		case '0' <= c && c <= '9' && (i > 0 || digitFirst):
		case strings.IndexByte("_-*/", c) >= 0 && i > 0:
		default:
			return false
		}
	}
	return true
}

// isTraceStateValue: up to 256 printable ASCII characters without "," and "=",
// the last of them no space.
func isTraceStateValue(s string) bool {
	if s == "" || len(s) > 256 || s[len(s)-1] == ' ' {
		return false
	}
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e || c == ',' || c == '=' {
			return false
		}
	}
	return true
}
