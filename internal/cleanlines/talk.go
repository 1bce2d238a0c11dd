package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	lanes = 8
	// patience bounds one connection: a server that does not answer must not hold the run.
	patience = 10 * time.Second
	silence  = 100 * time.Millisecond
)

// talk makes conns connections to addr. On each it sends per messages, made from the
// templates of a file, and reads until the server closes or says no more. A template
// that begins with ">first " or ">last " is sent once, before or after the others, and
// then not among them.
func talk(addr, conns, per, file string) error {
	n, err := strconv.Atoi(conns)
	if err != nil {
		return fmt.Errorf("how many connections: %w", err)
	}
	messages, err := strconv.Atoi(per)
	if err != nil {
		return fmt.Errorf("how many messages: %w", err)
	}
	all, err := readTemplates(file)
	if err != nil {
		return err
	}
	var first, last, middle []template
	for _, t := range all {
		if rest, ok := strings.CutPrefix(t.literals[0], ">first "); ok {
			t.literals[0] = rest
			first = append(first, t)
		} else if rest, ok := strings.CutPrefix(t.literals[0], ">last "); ok {
			t.literals[0] = rest
			last = append(last, t)
		} else {
			middle = append(middle, t)
		}
	}
	var (
		working sync.WaitGroup
		mu      sync.Mutex
		failed  int
		why     error
	)
	for lane := range lanes {
		working.Go(func() {
			r := source(uint64(lane))
			for i := lane; i < n; i += lanes {
				var text []byte
				for _, t := range first {
					text = t.append(text, r)
				}
				for range messages {
					if len(middle) > 0 {
						text = middle[r.IntN(len(middle))].append(text, r)
					}
				}
				for _, t := range last {
					text = t.append(text, r)
				}
				if err := converse(addr, text); err != nil {
					mu.Lock()
					failed, why = failed+1, err
					mu.Unlock()
				}
			}
		})
	}
	working.Wait()
	// A server under load turns a few away. If it turned most away there is no load.
	if failed > n/2 {
		return fmt.Errorf("%d of %d connections to %s failed: %w", failed, n, addr, why)
	}
	return nil
}

// converse sends a text and reads until the server closes, or has been silent for a
// while after everything was sent.
func converse(addr string, text []byte) error {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	end := time.Now().Add(patience)
	if err := c.SetWriteDeadline(end); err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(text)
		sent <- err
	}()
	buf := make([]byte, 1<<14)
	for written := false; time.Now().Before(end); {
		if err := c.SetReadDeadline(time.Now().Add(silence)); err != nil {
			return err
		}
		switch _, err := c.Read(buf); {
		case err == nil:
			continue
		case !errors.Is(err, os.ErrDeadlineExceeded) || written:
			return nil // closed: what a server does with the rest is its affair
		}
		select {
		case err := <-sent:
			if err != nil {
				return err
			}
			written = true
		default:
		}
	}
	return nil
}
