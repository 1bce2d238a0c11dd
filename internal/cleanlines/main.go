// Cleanlines makes logs that hold nothing to mask and says what airtight changes in
// them. The script run starts servers, puts load on them with this program, and then
// measures:
//
//	internal/cleanlines/run DIR                    every system, then the measurement
//	internal/cleanlines/run DIR nginx redis        these systems only
//	go run ./internal/cleanlines measure DIR       the measurement again
//
// Nothing of what is made is committed: it lies in DIR, for whoever judges it.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/airtight-telemetry/airtight/internal/loopback"
)

const usage = `usage:
  cleanlines expand N FILE             N lines made from the templates of FILE
  cleanlines talk ADDR CONNS PER FILE  CONNS connections, one after the other in 8 lanes, PER messages each
  cleanlines port                      a port of loopback that is free
  cleanlines measure [-airtight BIN] [-policy FILE] [-name NAME] DIR
`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cleanlines:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("what to do?\n%s", usage)
	}
	switch verb, args := args[0], args[1:]; {
	case verb == "expand" && len(args) == 2:
		return expand(os.Stdout, args[0], args[1])
	case verb == "talk" && len(args) == 4:
		return talk(args[0], args[1], args[2], args[3])
	case verb == "port" && len(args) == 0:
		return port()
	case verb == "measure":
		return measureCommand(args)
	}
	return fmt.Errorf("that is not how it is used\n%s", usage)
}

// port prints the port of an address that a server can be told.
func port() error {
	address, err := loopback.Free()
	if err != nil {
		return err
	}
	_, p, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	fmt.Println(p)
	return nil
}

// expand writes n lines made from a file of templates.
func expand(to io.Writer, n, file string) error {
	count, err := strconv.Atoi(n)
	if err != nil {
		return fmt.Errorf("how many lines: %w", err)
	}
	templates, err := readTemplates(file)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(to, 1<<16)
	r := source(1)
	var line []byte
	for i := range count {
		line = templates[i%len(templates)].append(line[:0], r)
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}
