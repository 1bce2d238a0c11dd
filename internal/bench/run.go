package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	gitleaks "github.com/zricethezav/gitleaks/v8/detect"

	"github.com/airtight-telemetry/airtight/internal/detect"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// subject is airtight with its whole catalogue on.
type subject struct {
	rules  []rule.Rule
	engine *detect.Engine
	// byDefault are the rules that are on under the default policy.
	byDefault detect.Set
	gate      *guard.Guard
}

func newSubject() (*subject, error) {
	all, err := compiled(everyPack)
	if err != nil {
		return nil, err
	}
	own, err := compiled(nil)
	if err != nil {
		return nil, err
	}
	s := &subject{rules: all.Rules, byDefault: own.For(field.Resource{}).Want()}
	if s.engine, err = detect.Compile(all.Rules); err != nil {
		return nil, err
	}
	s.gate, err = guard.New(all, finding.Discard{})
	return s, err
}

func (s *subject) scan() contender {
	return scanning(airtightScan, s.engine, s.engine.All(), len(s.rules))
}

// bench is one run: what is measured, and what came of it.
type bench struct {
	options
	subject  *subject
	dir      string
	text     map[string]*corpus
	progress func(string)
	targets  []target
	tables   []*table
	remarks  []string
}

// parts are what a run is made of, in the order in which it prints them.
var parts = []struct {
	name string
	run  func(*bench) error
}{
	{"peers", (*bench).peers},
	{"hostile", (*bench).hostile},
	{"allocations", (*bench).allocations},
	{"pipelines", (*bench).pipelines},
	{"footprint", (*bench).footprint},
	{"cache", (*bench).cache},
}

func partNames() []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return names
}

func run(o options) error {
	b := &bench{options: o, dir: o.corpus, progress: func(what string) { fmt.Fprintf(os.Stderr, "\r\x1b[K%s", what) }}
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		b.progress = func(string) {} // a log has no use for what is overwritten
	}
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "airtight-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	}
	if err := generate(b.dir, o.lines*(o.rounds+1), o.seed); err != nil {
		return err
	}
	var err error
	if b.text, err = load(b.dir); err != nil {
		return err
	}
	if err := check(b.text); err != nil {
		return err
	}
	if b.subject, err = newSubject(); err != nil {
		return err
	}
	only := strings.Split(o.only, ",")
	for _, p := range parts {
		if o.only != "" && !slices.Contains(only, p.name) {
			continue
		}
		if err := p.run(b); err != nil {
			return err
		}
	}
	b.progress("")
	return b.report()
}

// check holds airtight to what the corpora are said to hold: a figure is worth
// something only for work that was done. What it examines with is not what is measured,
// which must not have seen the lines.
func check(text map[string]*corpus) error {
	s, err := newSubject()
	if err != nil {
		return err
	}
	for _, name := range []string{clean, hits1, hits10, values} {
		c := text[name]
		for _, x := range []contender{s.scan(), gating(airtightGate, s.gate, 0)} {
			if _, leaky, err := x.measure(c, 0, len(c.lines)); err != nil || leaky != c.Leaky {
				return fmt.Errorf("corpus %s: %s finds something in %d of %d lines, expected are %d (%v)", name, x.name, leaky, c.Lines, c.Leaky, err)
			}
		}
	}
	return nil
}

// peers holds the engine against its peers on the corpora.
func (b *bench) peers() error {
	s := b.subject
	list := []contender{
		s.scan(),
		scanning(airtightDefault, s.engine, s.byDefault, count(s.byDefault)),
		gating(airtightGate, s.gate, len(s.rules)),
	}
	portable, end, err := remote(airtightPortable, b.dir, len(s.rules), prefilterVariable+"=portable")
	if err != nil {
		return err
	}
	defer end()
	list = append(list, portable)
	for _, n := range userCounts {
		c, err := userContender(s.rules, n)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	public, err := publicRules()
	if err != nil {
		return err
	}
	publicEngine, err := detect.Compile(public)
	if err != nil {
		return err
	}
	list = append(list, scanning(airtightPublic, publicEngine, publicEngine.All(), len(public)))
	peers := []func() (contender, error){
		func() (contender, error) { return redactionLoop(contribTen, typicalPatterns) },
		func() (contender, error) { return redactionLoop(contribSame, patternsOf(s.rules)) },
		gitleaksDefault,
		func() (contender, error) { return wasmRE2(patternsOf(public)) },
		func() (contender, error) { return newHyperscan(hyperscanPublic, patternsOf(public)) },
		func() (contender, error) { return newHyperscan(hyperscanSame, patternsOf(s.rules)) },
	}
	for _, peer := range peers {
		b.progress("compiling the peers' rules (Hyperscan takes a while)")
		c, err := peer()
		if err != nil {
			b.remark(err.Error())
			continue
		}
		list = append(list, c)
	}
	on := []*corpus{b.text[clean], b.text[hits1], b.text[hits10], b.text[values]}
	f, err := compete(list, on, b.rounds, b.budget, b.progress)
	if err != nil {
		return err
	}
	b.peerTargets(f)
	t := &table{title: "Speed, in millions of bytes a second on one core", head: []string{"engine", "note", "rules", clean, "1 % hits", "10 % hits", "ns a short value"}, words: 2}
	for _, c := range list {
		row := []string{c.name, c.note, fmt.Sprint(c.rules)}
		for _, name := range []string{clean, hits1, hits10} {
			row = append(row, number(f.mbps(c.name, name).median))
		}
		v := b.text[values]
		perValue := spreadOf(f[c.name][values], func(ns float64) float64 { return ns * float64(v.Bytes) / float64(v.Lines) })
		t.add(append(row, number(perValue.median))...)
	}
	b.tables = append(b.tables, t)
	return nil
}

func (b *bench) peerTargets(f figures) {
	faster := func(peer, ours, on string) spread { return f.ratio(peer, on, ours, on) }
	b.target("x the redaction processor's loop, same rules", 10000, faster(contribSame, airtightScan, clean), "clean")
	b.target("x its loop with 10 rules, ours with the whole catalogue", 300, faster(contribTen, airtightScan, clean), "clean")
	b.target("x gitleaks, ours with the whole catalogue", 100, faster(gitleaksOwn, airtightScan, clean), "clean")
	b.target("x gitleaks, ours with the whole catalogue", 60, faster(gitleaksOwn, airtightScan, hits10), "10 % hits, spans")
	b.target("x Hyperscan, same rules (the catalogue), string by string", 8, faster(hyperscanSame, airtightScan, clean), b.absent(f, hyperscanSame, clean))
	b.target("x Hyperscan, same rules (gitleaks' rules), string by string", 8, faster(hyperscanPublic, airtightPublic, clean), b.absent(f, hyperscanPublic, clean))
	b.target("10 % hits : clean, spans, validators and rewrite", 0.7, f.ratio(airtightGate, clean, airtightGate, hits10), "gate")
	b.target("portable x Hyperscan, same rules (the catalogue)", 1, faster(hyperscanSame, airtightPortable, clean), b.absent(f, hyperscanSame, clean))
	for _, n := range userCounts {
		b.limit(fmt.Sprintf("clean text with %d users' rules : without", n), map[int]float64{100: 1.3, 1000: 2}[n], "", f.ratio(userName(n), clean, airtightScan, clean), "")
	}
}

// absent is a note on a target whose peer is not there.
func (b *bench) absent(f figures, peer, otherwise string) string {
	if len(f[peer]) == 0 {
		return "not measured: no " + peer
	}
	return otherwise
}

// publicRules are the rules that gitleaks ships, for an engine that takes patterns: a
// set that was made for neither.
func publicRules() ([]rule.Rule, error) {
	d, err := gitleaks.NewDetectorDefaultConfig()
	if err != nil {
		return nil, err
	}
	var out []rule.Rule
	for _, id := range d.Config.OrderedRules {
		if re := d.Config.Rules[id].Regex; re != nil {
			out = append(out, rule.Rule{ID: id, Class: rule.Secret, Pattern: re.String()})
		}
	}
	return out, nil
}

func count(s detect.Set) (n int) {
	for i := range len(s) * 64 {
		if s.Has(i) {
			n++
		}
	}
	return n
}

func (b *bench) hostile() error {
	all, baseline := attacks(b.subject.engine, b.text[clean], max(1, b.rounds/3), b.progress)
	dearest, steepest := worst(all)
	speed := func(a attack) spread {
		ns := max(a.small.median, a.large.median)
		return spread{baseline.low / ns, baseline.median / ns, baseline.high / ns}
	}
	b.target("hostile : clean, worst input", 0.2, speed(dearest), fmt.Sprintf("%q", dearest.unit))
	b.limit("time a byte at 1 MiB : at 64 KiB, worst input", 1.3, "", spread{steepest.growth(), steepest.growth(), steepest.growth()}, fmt.Sprintf("%q", steepest.unit))
	t := &table{title: "Hostile texts, in millions of bytes a second", head: []string{"repeated", "examined", "64 KiB", "1 MiB", "growth", ": clean"}, words: 2}
	for _, a := range all {
		examined := "whole"
		if a.refused != 0 {
			examined = "tombstone: " + a.refused.String()
		}
		t.add(fmt.Sprintf("`%s`", strings.Trim(fmt.Sprintf("%q", a.unit), `"`)), examined, number(1e3/a.small.median), number(1e3/a.large.median), number(a.growth()), number(speed(a).median))
	}
	b.tables = append(b.tables, t)
	return nil
}

func (b *bench) allocations() error {
	for _, a := range allocations(b.subject.engine, b.subject.gate, b.text[clean]) {
		b.limit("allocations a clean text", 0, "", spread{a.perText, a.perText, a.perText}, a.way)
	}
	return nil
}

func (b *bench) pipelines() error {
	all, err := pipelines()
	if err != nil {
		return err
	}
	on := []*corpus{b.text[clean], b.text[hits1], b.text[hits10]}
	f, err := recordsOf(all, on, b.records, b.rounds, b.progress)
	if err != nil {
		return err
	}
	for _, name := range []string{pipelineDefault, pipelineAll} {
		b.limit("CPU a record with airtight : without", 1.15, "", f.ratio(name, clean, pipelineBare, clean), "clean, "+strings.TrimPrefix(name, "airtight, "))
	}
	t := &table{title: "Pipelines, CPU from OTLP bytes to OTLP bytes", head: []string{"pipeline", "records", "ns a record", "on top", ": without"}, words: 2}
	for _, text := range on {
		for _, p := range all {
			of := func(name string) float64 {
				return spreadOf(f[name][text.Name], func(v float64) float64 { return v }).median
			}
			t.add(p.name, text.Name, number(of(p.name)), number(of(p.name)-of(pipelineBare)), number(f.ratio(p.name, text.Name, pipelineBare, text.Name).median))
		}
	}
	b.tables = append(b.tables, t)
	return nil
}

func (b *bench) footprint() error {
	b.progress("footprint")
	f, err := apart(b.dir)
	if err != nil {
		return err
	}
	b.limit("compiling the catalogue, CPU", 150, " ms", spread{f.Compile, f.Compile, f.Compile}, fmt.Sprintf("%d rules", len(b.subject.rules)))
	t := &table{title: "Footprint", head: []string{"what", "figure"}, words: 1}
	mib := func(n int64) string { return number(float64(n)/(1<<20)) + " MiB" }
	t.add("heap of the compiled engine", mib(f.Heap))
	t.add("heap of the engine that has scanned the corpora, automata included", mib(f.HeapUsed))
	t.add("resident memory on top of the process without the engine, after the corpora", mib(f.RSS))
	t.add("CPU of a reload: catalogue read, compiled and self-tested", number(f.Reload)+" ms")
	b.tables = append(b.tables, t)
	return nil
}

func (b *bench) cache() error {
	all, err := savings(b.subject.engine, b.progress)
	if err != nil {
		return err
	}
	t := &table{title: "A cache of verdicts, ns a text: the engine, and the engine behind the cache", head: []string{"text"}, words: 1}
	for _, r := range repetitions {
		t.head = append(t.head, fmt.Sprintf("%d %% repeated", r))
	}
	t.head = append(t.head, "pays from")
	for _, s := range all {
		row := []string{s.kind}
		for i := range repetitions {
			row = append(row, fmt.Sprintf("%.0f / %.0f", s.plain[i], s.cached[i]))
		}
		pays := "never"
		if s.breakEven >= 0 {
			pays = fmt.Sprintf("%.0f %%", s.breakEven)
		}
		t.add(append(row, pays)...)
	}
	b.tables = append(b.tables, t)
	return nil
}

func (b *bench) target(measure string, atLeast float64, got spread, note string) {
	b.targets = append(b.targets, target{measure: measure, want: atLeast, got: got, note: note, absent: got == (spread{})})
}

func (b *bench) limit(measure string, atMost float64, unit string, got spread, note string) {
	b.targets = append(b.targets, target{measure: measure, want: atMost, atMost: true, unit: unit, got: got, note: note})
}

func (b *bench) remark(text string) { b.remarks = append(b.remarks, text) }

func (b *bench) report() error {
	about := fmt.Sprintf("%s, %s, %s/%s, %d cores; %d rounds, interleaved; seed %d; %d rules",
		time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.rounds, b.seed, len(b.subject.rules))
	if model := cpuModel(); model != "" {
		about += "; " + model
	}
	all := append([]*table{targetTable(b.targets)}, b.tables...)
	if b.markdown == "" {
		fmt.Fprintln(os.Stdout, about)
		for _, t := range all {
			t.print(os.Stdout)
		}
		for _, r := range b.remarks {
			fmt.Fprintln(os.Stdout, "\n"+r)
		}
		return nil
	}
	var doc strings.Builder
	fmt.Fprintf(&doc, "%s.\n\n", about)
	for _, t := range all {
		t.markdown(&doc)
	}
	for _, r := range b.remarks {
		fmt.Fprintf(&doc, "%s\n\n", r)
	}
	return into(b.markdown, doc.String())
}

// cpuModel is the processor's own name, where the system tells it.
func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return ""
}
