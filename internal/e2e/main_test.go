//go:build e2e && linux

// Package e2e drives the airtight binary from outside: real clients before it, real
// backends behind it, and faults in between. Every check ends in lines that begin
// with "e2e:" and hold what was measured.
//
//	internal/e2e/run                                            everything
//	go test -tags e2e -v -run TestReloads ./internal/e2e        one check
//
// It needs Go, and npm for the sender in Node. The parts that are not airtight's are
// installed once into a folder of the user's cache. All traffic stays on loopback.
//
// Records are numbered. A sender notes what was acknowledged, a backend what came,
// and the two are compared: what was acknowledged must have been delivered. The
// texts hold planted values, new ones for each seed, which are then looked for in
// everything that was written anywhere, in any of the forms that package knows. A
// failure says what kind of value was found, never the value.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	victoriaLogs = "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs@v1.52.1"
	telemetrygen = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.161.0"
)

var (
	seed     = flag.Uint64("seed", uint64(time.Now().UnixNano()), "where planted values and the times of faults come from")
	prebuilt = flag.String("binary", "", "an airtight to test instead of building one")
)

// What TestMain makes.
var (
	root     string // of the checkout
	airtight string // the binary under test
	cache    string // the parts that are not airtight's
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	scratch, err := os.MkdirTemp("", "airtight-e2e-")
	if err == nil {
		defer os.RemoveAll(scratch)
		err = prepare(scratch)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	figure("seed %d; the same again: -args -seed=%d", *seed, *seed)
	return m.Run()
}

func prepare(scratch string) (err error) {
	if root, err = filepath.Abs(filepath.Join("..", "..")); err != nil {
		return err
	}
	if airtight = *prebuilt; airtight == "" {
		airtight = filepath.Join(scratch, "airtight")
		if err := command(root, []string{"CGO_ENABLED=0"}, "go", "build", "-o", airtight, "./cmd/airtight"); err != nil {
			return err
		}
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	cache = filepath.Join(caches, "airtight-e2e")
	for _, module := range []string{victoriaLogs, telemetrygen} {
		if err := goInstall(module); err != nil {
			return err
		}
	}
	return npmInstall()
}

// installed is where the binary of a module version stands.
func installed(module string) string {
	path, version, _ := strings.Cut(module, "@")
	return filepath.Join(cache, version, filepath.Base(path))
}

func goInstall(module string) error {
	path := installed(module)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	figure("installing %s", module)
	return command(root, []string{"CGO_ENABLED=0", "GOBIN=" + filepath.Dir(path), "GOFLAGS="}, "go", "install", module)
}

// npmInstall leaves the cache without a node folder where there is no npm.
func npmInstall() error {
	if _, err := exec.LookPath("npm"); err != nil {
		return nil
	}
	dir := filepath.Join(cache, "node")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	fresh := true
	for _, name := range []string{"package.json", "package-lock.json", "sender.mjs"} {
		want, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			return err
		}
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && string(have) == string(want) {
			continue
		}
		fresh = fresh && name == "sender.mjs"
		if err := os.WriteFile(filepath.Join(dir, name), want, 0o644); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); fresh && err == nil {
		return nil
	}
	figure("installing the OpenTelemetry SDK for Node")
	return command(dir, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
}

// command runs a program to its end; the error holds what it said.
func command(dir string, env []string, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// figure prints what a check measured. It is no t.Log, so that it comes at once.
func figure(format string, args ...any) { fmt.Printf("e2e: "+format+"\n", args...) }

// random is a source of its own for each test, so that one can be run again alone.
func random(t *testing.T) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(*seed, h.Sum64()))
}
