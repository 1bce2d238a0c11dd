package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// measureCommand puts DIR/lines/*.log through `airtight redact` and writes what came
// of them: the table to standard output and to DIR/NAME.txt, and each kind of change
// once to DIR/NAME.tsv, to be judged in its first column.
func measureCommand(args []string) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	binary := flags.String("airtight", "airtight", "the program under test")
	policyFile := flags.String("policy", "", "a policy file; the default policy without one")
	name := flags.String("name", "changed", "what the files of this measurement are called")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("measure takes one folder\n%s", usage)
	}
	dir := flags.Arg(0)
	files, err := filepath.Glob(filepath.Join(dir, "lines", "*.log"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no lines: internal/cleanlines/run makes them", filepath.Join(dir, "lines"))
	}
	redact := []string{"redact", "--format", "auto"}
	list := []string{"rules", "list"}
	if *policyFile != "" {
		redact = append(redact, "--policy", *policyFile)
		list = append(list, "--policy", *policyFile)
	}
	classes, err := classesOf(*binary, list)
	if err != nil {
		return err
	}
	m := &measurement{classes: classes, kinds: map[kindKey]*kind{}, judged: map[kindKey]string{}}
	judgements := filepath.Join(dir, *name+".tsv")
	if err := m.readJudgements(judgements); err != nil {
		return err
	}
	for _, file := range files {
		if err := m.system(*binary, redact, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := m.writeKinds(judgements); err != nil {
		return err
	}
	report, err := os.Create(filepath.Join(dir, *name+".txt"))
	if err != nil {
		return err
	}
	return errors.Join(m.report(io.MultiWriter(os.Stdout, report)), report.Close())
}

// classesOf reads the class of each rule from `airtight rules list`.
func classesOf(binary string, list []string) (map[string]string, error) {
	out, err := exec.Command(binary, list...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s rules list: %w", binary, err)
	}
	classes := map[string]string{}
	for line := range strings.Lines(string(out)) {
		// ID CLASS PACK SEVERITY CONFIDENCE STATE LANE
		if columns := strings.Fields(line); len(columns) >= 7 && columns[0] != "ID" {
			classes[columns[0]] = columns[1]
		}
	}
	return classes, nil
}

type measurement struct {
	classes map[string]string
	systems []*system
	kinds   map[kindKey]*kind
	judged  map[kindKey]string
}

// system is what one system's lines came to. Lines are counted once under each rule
// and class that changed them, and those with a change that was judged false, or not
// judged yet, are false alarms.
type system struct {
	name                     string
	lines, distinct, changed int
	notUTF8                  int
	byRule, byClass          map[string]int
	falseAlarms              map[string]int // by class
}

type kindKey struct{ system, rule, kind string }

type kind struct {
	key    kindKey
	count  int
	sample change
}

// system measures one file.
func (m *measurement) system(binary string, args []string, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	again, err := os.Open(file)
	if err != nil {
		return err
	}
	defer again.Close()
	cmd := exec.Command(binary, args...)
	cmd.Stdin = in
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s := &system{
		name:   strings.TrimSuffix(filepath.Base(file), ".log"),
		byRule: map[string]int{}, byClass: map[string]int{}, falseAlarms: map[string]int{},
	}
	err = m.compare(s, bufio.NewReaderSize(again, 1<<20), bufio.NewReaderSize(out, 1<<20))
	if err != nil {
		_ = cmd.Process.Kill()
	}
	if ended := cmd.Wait(); err == nil && ended != nil {
		err = fmt.Errorf("%s: %w: %s", binary, ended, complaint.String())
	}
	m.systems = append(m.systems, s)
	return err
}

func (m *measurement) compare(s *system, before, after *bufio.Reader) error {
	seed, seen := maphash.MakeSeed(), map[uint64]struct{}{}
	for {
		line, ended := before.ReadString('\n')
		masked, endedToo := after.ReadString('\n')
		if ended != nil && line == "" {
			if masked != "" {
				return fmt.Errorf("more lines came out than went in")
			}
			return nil
		}
		if endedToo != nil && masked == "" {
			return fmt.Errorf("line %d did not come out", s.lines+1)
		}
		s.lines++
		seen[maphash.String(seed, line)] = struct{}{}
		s.distinct = len(seen)
		if line != masked {
			m.note(s, line, masked)
		}
	}
}

// note counts a line that changed.
func (m *measurement) note(s *system, line, masked string) {
	if !utf8.ValidString(line) {
		s.notUTF8++ // each bad byte becomes U+FFFD: that is no finding
		line = strings.ToValidUTF8(line, "\uFFFD")
	}
	found := changes(line, masked)
	if len(found) == 0 {
		return
	}
	s.changed++
	rules, classes, alarms := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range found {
		rules[c.rule], classes[m.classOf(c.rule)] = true, true
		key := kindKey{s.name, c.rule, c.kind()}
		k := m.kinds[key]
		if k == nil {
			k = &kind{key: key, sample: c}
			m.kinds[key] = k
		}
		k.count++
		if m.judged[key] != "true" {
			alarms[m.classOf(c.rule)] = true
		}
	}
	for r := range rules {
		s.byRule[r]++
	}
	for c := range classes {
		s.byClass[c]++
	}
	for c := range alarms {
		s.falseAlarms[c]++
	}
}

func (m *measurement) classOf(rule string) string { return cmp.Or(m.classes[rule], "other") }

// readJudgements takes over what somebody wrote into the first column.
func (m *measurement) readJudgements(file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) < 5 {
			continue
		}
		switch columns[0] {
		case "true", "false":
			m.judged[kindKey{columns[1], columns[2], columns[4]}] = columns[0]
		case "?", "judged":
		default:
			return fmt.Errorf("%s:%d: the first column is true, false or ?", file, number)
		}
	}
	return nil
}

func (m *measurement) sorted() []*kind {
	return slices.SortedFunc(maps.Values(m.kinds), func(a, b *kind) int {
		return cmp.Or(cmp.Compare(a.key.rule, b.key.rule), cmp.Compare(a.key.system, b.key.system), cmp.Compare(b.count, a.count), cmp.Compare(a.key.kind, b.key.kind))
	})
}

func (m *measurement) writeKinds(file string) error {
	var b strings.Builder
	b.WriteString("judged\tsystem\trule\tcount\tkind\tfirst seen\n")
	for _, k := range m.sorted() {
		shown := k.sample.before + "«" + k.sample.value + "»" + k.sample.after
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%s\t%s\n", cmp.Or(m.judged[k.key], "?"), k.key.system, k.key.rule, k.count, oneLine(k.key.kind), oneLine(shown))
	}
	return os.WriteFile(file, []byte(b.String()), 0o600)
}

func oneLine(s string) string { return strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(s) }

// report prints the tables.
func (m *measurement) report(to io.Writer) error {
	w := tabwriter.NewWriter(to, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "system\tlines\tdistinct\tchanged\tnot UTF-8\tby rule\t")
	all := &system{byRule: map[string]int{}, byClass: map[string]int{}, falseAlarms: map[string]int{}}
	for _, s := range m.systems {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t\n", s.name, s.lines, s.distinct, s.changed, s.notUTF8, counts(s.byRule))
		all.lines += s.lines
		all.distinct += s.distinct
		all.changed += s.changed
		all.notUTF8 += s.notUTF8
		for r, n := range s.byRule {
			all.byRule[r] += n
		}
		for c, n := range s.byClass {
			all.byClass[c] += n
		}
		for c, n := range s.falseAlarms {
			all.falseAlarms[c] += n
		}
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t%d\t\t\n", all.lines, all.distinct, all.changed, all.notUTF8)
	fmt.Fprintf(w, "\nrule\tclass\tlines\tstretches: true\tfalse\tnot judged\t\n")
	judged := map[string]map[string]int{}
	for _, k := range m.kinds {
		if judged[k.key.rule] == nil {
			judged[k.key.rule] = map[string]int{}
		}
		judged[k.key.rule][m.judged[k.key]] += k.count
	}
	for _, r := range slices.Sorted(maps.Keys(all.byRule)) {
		j := judged[r]
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t\n", r, m.classOf(r), all.byRule[r], j["true"], j["false"], j[""])
	}
	fmt.Fprintf(w, "\nclass\tlines changed\tfalse alarms\tper 100,000\t95 %% bound, per million\t\n")
	for _, c := range slices.Sorted(maps.Keys(m.allClasses())) {
		n := all.falseAlarms[c]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%.2f\t\n", c, all.byClass[c], n, float64(n)/float64(all.lines)*1e5, upperBound(n)/float64(all.lines)*1e6)
	}
	return w.Flush()
}

func (m *measurement) allClasses() map[string]bool {
	all := map[string]bool{"other": true}
	for _, class := range m.classes {
		all[class] = true
	}
	return all
}

// counts are a system's rules, the most frequent first.
func counts(byRule map[string]int) string {
	rules := slices.SortedFunc(maps.Keys(byRule), func(a, b string) int {
		return cmp.Or(cmp.Compare(byRule[b], byRule[a]), cmp.Compare(a, b))
	})
	var b strings.Builder
	for i, r := range rules {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", r, byRule[r])
	}
	return b.String()
}
