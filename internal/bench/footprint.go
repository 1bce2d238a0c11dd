package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
)

// footprint is what the engine takes but for time at the data: measured in a process
// of its own, for here the peers take memory too.
type footprint struct {
	// Compile is the CPU time in milliseconds that detect.Compile takes for the whole
	// catalogue, and Reload that from the files of the catalogue to a gate whose rules
	// have passed their self-test.
	Compile, Reload float64
	// Heap is what the compiled engine holds, and HeapUsed what it holds after it has
	// scanned all corpora, its automata included.
	Heap, HeapUsed int64
	// RSS is how much larger the process is for the engine, after the corpora.
	RSS int64
}

// apart measures the footprint in a child.
func apart(dir string) (f footprint, err error) {
	program, err := os.Executable()
	if err != nil {
		return f, err
	}
	cmd := exec.Command(program, "-child", childFootprint, "-corpus", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("footprint: %w", err)
	}
	return f, json.Unmarshal(out, &f)
}

// takeFootprint is the child's side of apart.
func takeFootprint(text map[string]*corpus, out io.Writer) error {
	c, err := compiled(everyPack)
	if err != nil {
		return err
	}
	var f footprint
	if f.Compile, f.Reload, err = compileTimes(c); err != nil {
		return err
	}
	heap, rss := held()
	e, err := detect.Compile(c.Rules)
	if err != nil {
		return err
	}
	after, _ := held()
	f.Heap = after - heap
	var found []detect.Match
	for _, name := range []string{clean, hits10, values} {
		in := texts(text[name].lines, e.All())
		for len(in) > 0 {
			n := min(batch, len(in))
			found = e.Scan(found[:0], in[:n])
			in = in[n:]
		}
	}
	found = nil
	afterUse, rssAfter := held()
	f.HeapUsed, f.RSS = afterUse-heap, rssAfter-rss
	// What was there before must not be counted as given back.
	runtime.KeepAlive(e)
	runtime.KeepAlive(c)
	runtime.KeepAlive(text)
	return json.NewEncoder(out).Encode(f)
}

func compileTimes(c *policy.Compiled) (compile, reload float64, err error) {
	var compiles, reloads []float64
	for range 7 {
		runtime.GC()
		before := ofProcess()
		if _, err := detect.Compile(c.Rules); err != nil {
			return 0, 0, err
		}
		compiles = append(compiles, float64(ofProcess()-before)/float64(time.Millisecond))
		runtime.GC()
		before = ofProcess()
		again, err := compiled(everyPack)
		if err != nil {
			return 0, 0, err
		}
		if _, err := guard.New(again, finding.Discard{}); err != nil {
			return 0, 0, err
		}
		reloads = append(reloads, float64(ofProcess()-before)/float64(time.Millisecond))
	}
	slices.Sort(compiles)
	slices.Sort(reloads)
	return compiles[len(compiles)/2], reloads[len(reloads)/2], nil
}

// held is what the process holds: live heap, and resident memory after all that is
// free went back to the system.
func held() (heap, rss int64) {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return int64(m.HeapAlloc), 0
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscanf(size, "%d", &rss)
		}
	}
	return int64(m.HeapAlloc), rss << 10
}
