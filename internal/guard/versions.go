package guard

import (
	"slices"
	"strings"
	"sync"
)

// versions remembers in which order the versions of a service were seen, clean or
// not: a leak that begins with a version tells where to look. It is bounded, and
// what is beyond is not known.
type versions struct {
	mu sync.RWMutex
	of map[string][]string // by service, oldest first
}

const (
	maxVersioned = 1024
	maxVersions  = 16
	maxVersion   = 64
)

// note remembers a version. One that is known costs a look.
func (v *versions) note(service, version string) {
	if service == "" || version == "" || len(version) > maxVersion {
		return
	}
	v.mu.RLock()
	known := slices.Index(v.of[service], version) >= 0
	v.mu.RUnlock()
	if known {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	list := v.of[service]
	if slices.Index(list, version) >= 0 || list == nil && len(v.of) >= maxVersioned {
		return
	}
	if v.of == nil {
		v.of = map[string][]string{}
	}
	if len(list) == maxVersions {
		list = append(list[:0:0], list[1:]...)
	}
	v.of[service] = append(list, strings.Clone(version))
}

// before is the version that was new before this one was, or "".
func (v *versions) before(service, version string) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	list := v.of[service]
	if i := slices.Index(list, version); i > 0 {
		return list[i-1]
	}
	return ""
}
