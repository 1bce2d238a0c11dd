package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// The tasks of a child process.
const childScan, childFootprint = "scan", "footprint"

// options are what a run is told.
type options struct {
	rounds, lines, records int
	seed                   uint64
	budget                 time.Duration
	corpus, markdown       string
	only                   string
}

func main() {
	var o options
	child := flag.String("child", "", "for the program's own children")
	flag.IntVar(&o.rounds, "rounds", 9, "rounds; the median is printed")
	flag.IntVar(&o.lines, "lines", 8000, "lines of each corpus for one round")
	flag.IntVar(&o.records, "records", 1000, "records of a batch in the pipelines")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the corpora")
	flag.DurationVar(&o.budget, "budget", 150*time.Millisecond, "CPU time of one measure")
	flag.StringVar(&o.corpus, "corpus", "", "directory to write the corpora to and leave them; by default a temporary one")
	flag.StringVar(&o.markdown, "markdown", "", "document to put the tables in, between its marks; - for standard output")
	flag.StringVar(&o.only, "only", "", "parts to run, with commas between: "+strings.Join(partNames(), ", ")+"; by default all")
	flag.Parse()
	var err error
	if *child != "" {
		err = asChild(*child, o.corpus)
	} else {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func asChild(task, dir string) error {
	text, err := load(dir)
	if err != nil {
		return err
	}
	if task == childFootprint {
		return takeFootprint(text, os.Stdout)
	}
	s, err := newSubject()
	if err != nil {
		return err
	}
	return serve(s.scan(), text, os.Stdin, os.Stdout)
}
