//go:build hyperscan && cgo

package main

/*
#cgo CFLAGS: -I/usr/include/hs
#cgo LDFLAGS: -lhs
#include <stdlib.h>
#include <hs.h>

// A text is scanned until its end, and every match is reported with its place, as
// masking needs.
static int seen(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags, void *context) {
	*(unsigned long long *)context += 1;
	return 0;
}

// scan_all scans n texts that stand one after another, and counts those with a match.
// It loops on this side, so that no call from Go is in the figure.
static int scan_all(const hs_database_t *db, hs_scratch_t *scratch, const char *texts, const unsigned int *ends, int n) {
	unsigned int from = 0;
	int leaky = 0;
	for (int i = 0; i < n; i++) {
		unsigned long long matches = 0;
		hs_error_t err = hs_scan(db, texts + from, ends[i] - from, 0, scratch, seen, &matches);
		if (err != HS_SUCCESS) return -1;
		leaky += matches > 0;
		from = ends[i];
	}
	return leaky;
}
*/
import "C"

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unsafe"
)

// database is a compiled set of patterns, as it is kept from run to run: compiling some
// of them takes Hyperscan minutes.
type database struct {
	// Patterns are how many are in it, of how many Refused were left out and for how many
	// Startless Hyperscan can't tell where a match starts.
	Patterns, Refused, Startless int
	Serialized                   []byte
}

// newHyperscan compiles the patterns for block mode. What it refuses is left out;
// what it can't give a start offset for runs without one.
func newHyperscan(name string, patterns []string) (contender, error) {
	compiled, err := keptDatabase(patterns)
	if err != nil {
		return contender{}, err
	}
	var db *C.hs_database_t
	if C.hs_deserialize_database((*C.char)(unsafe.Pointer(&compiled.Serialized[0])), C.size_t(len(compiled.Serialized)), &db) != C.HS_SUCCESS {
		return contender{}, errors.New("hyperscan: a database does not load")
	}
	var scratch *C.hs_scratch_t
	if C.hs_alloc_scratch(db, &scratch) != C.HS_SUCCESS {
		return contender{}, errors.New("hyperscan: no scratch")
	}
	c := local(name, compiled.Patterns, func(lines []string) func() int {
		text := []byte(strings.Join(lines, ""))
		ends := make([]C.uint, len(lines))
		end := 0
		for i, line := range lines {
			end += len(line)
			ends[i] = C.uint(end)
		}
		return func() int {
			return int(C.scan_all(db, scratch, (*C.char)(unsafe.Pointer(&text[0])), &ends[0], C.int(len(ends))))
		}
	})
	c.note = fmt.Sprintf("refuses %d of %d patterns, has no start offset for %d more", compiled.Refused, len(patterns), compiled.Startless)
	return c, nil
}

// keptDatabase is the database of the patterns from the user's cache directory, and is
// put there if it is new.
func keptDatabase(patterns []string) (database, error) {
	sum := sha256.Sum256([]byte(C.GoString(C.hs_version()) + "\n" + strings.Join(patterns, "\n")))
	dir, err := os.UserCacheDir()
	if err != nil {
		return compileDatabase(patterns)
	}
	path := filepath.Join(dir, "airtight-bench", hex.EncodeToString(sum[:16])+".json")
	if data, err := os.ReadFile(path); err == nil {
		var d database
		if json.Unmarshal(data, &d) == nil && len(d.Serialized) > 0 {
			return d, nil
		}
	}
	d, err := compileDatabase(patterns)
	if err != nil {
		return database{}, err
	}
	data, err := json.Marshal(d)
	if err != nil {
		return database{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return d, nil // a cache that can't be written costs time and nothing else
	}
	_ = os.WriteFile(path, data, 0o600)
	return d, nil
}

func compileDatabase(patterns []string) (d database, err error) {
	var list []*C.char
	var flags, ids []C.uint
	defer func() {
		for _, p := range list {
			C.free(unsafe.Pointer(p))
		}
	}()
	for i, p := range patterns {
		p = inBytes(p)
		expr := C.CString(p)
		flag := C.uint(0)
		if strings.Contains(p, `\p`) || strings.Contains(p, `\x{`) || !ascii(p) {
			flag = C.HS_FLAG_UTF8
		}
		switch {
		case hyperscanTakes(expr, flag|C.HS_FLAG_SOM_LEFTMOST):
			flag |= C.HS_FLAG_SOM_LEFTMOST
		case hyperscanTakes(expr, flag):
			d.Startless++
		default:
			C.free(unsafe.Pointer(expr))
			d.Refused++
			continue
		}
		list, flags, ids = append(list, expr), append(flags, flag), append(ids, C.uint(i))
	}
	d.Patterns = len(list)
	var db *C.hs_database_t
	var failure *C.hs_compile_error_t
	if C.hs_compile_multi(&list[0], &flags[0], &ids[0], C.uint(len(list)), C.HS_MODE_BLOCK, nil, &db, &failure) != C.HS_SUCCESS {
		defer C.hs_free_compile_error(failure)
		return d, fmt.Errorf("hyperscan: %s", C.GoString(failure.message))
	}
	defer C.hs_free_database(db)
	var bytes *C.char
	var size C.size_t
	if C.hs_serialize_database(db, &bytes, &size) != C.HS_SUCCESS {
		return d, errors.New("hyperscan: a database can't be kept")
	}
	defer C.free(unsafe.Pointer(bytes))
	d.Serialized = C.GoBytes(unsafe.Pointer(bytes), C.int(size))
	return d, nil
}

func hyperscanTakes(expr *C.char, flags C.uint) bool {
	var db *C.hs_database_t
	var failure *C.hs_compile_error_t
	if C.hs_compile(expr, flags, C.HS_MODE_BLOCK, nil, &db, &failure) != C.HS_SUCCESS {
		C.hs_free_compile_error(failure)
		return false
	}
	C.hs_free_database(db)
	return true
}

// inBytes writes letters and numbers of all scripts as what they are in bytes: ASCII
// ones or anything outside ASCII. Over runes such classes are too large for Hyperscan,
// which works on one of them for minutes before it says so.
func inBytes(pattern string) string {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(pattern); i++ {
		bytes, ok := map[string]string{`\p{L}`: `A-Za-z\x80-\xff`, `\p{N}`: `0-9\x80-\xff`}[pattern[i:min(len(pattern), i+5)]]
		switch {
		case ok && inClass:
			b.WriteString(bytes)
			i += 4
		case ok:
			b.WriteString("[" + bytes + "]")
			i += 4
		case pattern[i] == '\\' && i+1 < len(pattern):
			b.WriteString(pattern[i : i+2])
			i++
		default:
			switch pattern[i] {
			case '[':
				inClass = true
			case ']':
				inClass = false
			}
			b.WriteByte(pattern[i])
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
