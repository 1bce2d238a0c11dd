package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// prefilterVariable forces the engine's prefilter, which is chosen when a process
// starts: so another one needs another process.
const prefilterVariable = "AIRTIGHT_PREFILTER"

// remote is a contender in a child of this process, which waits while others are
// measured. end ends the child.
func remote(name, dir string, rules int, environment ...string) (c contender, end func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return contender{}, nil, err
	}
	cmd := exec.Command(program, "-child", childScan, "-corpus", dir)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return contender{}, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return contender{}, nil, err
	}
	if err := cmd.Start(); err != nil {
		return contender{}, nil, err
	}
	answers := bufio.NewReader(out)
	end = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	return contender{name: name, rules: rules, measure: func(c *corpus, from, n int) (time.Duration, int, error) {
		if _, err := fmt.Fprintln(in, c.Name, from, n); err != nil {
			return 0, 0, err
		}
		var ns, leaky int
		if _, err := fmt.Fscanln(answers, &ns, &leaky); err != nil {
			return 0, 0, fmt.Errorf("the child for %q does not answer: %w", name, err)
		}
		return time.Duration(ns), leaky, nil
	}}, end, nil
}

// serve is the child's side of remote.
func serve(c contender, texts map[string]*corpus, in io.Reader, out io.Writer) error {
	for {
		var name string
		var from, n int
		switch _, err := fmt.Fscanln(in, &name, &from, &n); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		cpu, leaky, err := c.measure(texts[name], from, n)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, int(cpu), leaky); err != nil {
			return err
		}
	}
}
