package validate

import "strings"

// platforms are the names of processors, as they stand behind a package's name:
// libsecret-1-0:amd64. Debian and the Go project call them so.
var platforms = wordSet(`
386 alpha amd64 amd64p32 arm arm64 arm64v8 armel armhf armv5 armv6 armv6hf armv7 armv7l aarch64 hppa hurd-amd64 hurd-i386 i386 i486 i586 i686
ia64 kfreebsd-amd64 loong64 loongarch64 m68k mips mips64 mips64el mips64le mipsel mipsle noarch powerpc ppc ppc64 ppc64el ppc64le riscv64
s390 s390x sh4 sparc sparc64 wasm x32 x64 x86 x86_64 x86-64
`)

// ofSoftware reports whether v is a processor's name or a version, such as ^1.0.0,
// >=2.3 or v1.4.2-rc.1: lists of packages put it behind the name of a package, and
// that may be parse-passwd or libsecret. https://semver.org,
// https://github.com/npm/node-semver#ranges.
func ofSoftware(v string) bool {
	if len(v) > 40 {
		return false
	}
	if platforms[strings.TrimRight(v, ",)")] {
		return true
	}
	number := strings.TrimLeft(v, "^~<>= v")
	signs := len(v) - len(number)
	number, _, _ = strings.Cut(number, "+")
	number, _, _ = strings.Cut(number, "-")
	parts := strings.Split(number, ".")
	if len(parts) < 3 && signs == 0 || len(parts) > 3 {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) > 8 || strings.Trim(p, "0123456789") != "" && p != "x" && p != "*" {
			return false
		}
	}
	return true
}
