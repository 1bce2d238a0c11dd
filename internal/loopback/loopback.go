// Package loopback finds addresses for processes that must be told theirs before
// they start. What listens in the same process asks the system for port 0 instead.
package loopback

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are taken from here. Systems hand out ports for outgoing connections and for
// port 0 from 32768 (Linux) or 49152 (RFC 6335) upwards, so nobody but another caller
// of this package is likely to take a port between the look and its use.
const (
	first = 12000
	count = 20000
)

var (
	mu   sync.Mutex
	next = rand.IntN(count)
)

// Free is a loopback address, host and port, where nothing listens at the moment. No
// two calls in a process give the same one until 20,000 were given. The port is not
// kept: another process may take it. An error says that none of them could be had.
func Free() (string, error) {
	mu.Lock()
	defer mu.Unlock()
	for range count {
		next = (next + 1) % count
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(first+next))
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return "", err
		}
		return address, nil
	}
	return "", errors.New("no port from 12000 to 31999 is free on 127.0.0.1")
}
