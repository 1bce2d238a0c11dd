package ledger

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	server.stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// postgres is a server of our own, started by the first test that asks.
type postgres struct {
	once   sync.Once
	reason string // why there is none
	dir    string
	cmd    *exec.Cmd
	names  int
}

var server postgres

// binary finds a program of PostgreSQL where packages put it.
func binary(name string) string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) > 0 {
		return found[len(found)-1]
	}
	path, _ := exec.LookPath(name)
	return path
}

func (p *postgres) start() {
	initdb, serve := binary("initdb"), binary("postgres")
	if initdb == "" || serve == "" {
		p.reason = "PostgreSQL is not installed"
		return
	}
	dir, err := os.MkdirTemp("", "airtight-ledger")
	if err != nil {
		p.reason = err.Error()
		return
	}
	p.dir = dir
	// PostgreSQL refuses to run as root.
	var as *syscall.SysProcAttr
	if os.Getuid() == 0 {
		u, err := user.Lookup("nobody")
		if err != nil {
			p.reason = err.Error()
			return
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(dir, uid, gid); err != nil {
			p.reason = err.Error()
			return
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.SysProcAttr, cmd.Dir = as, dir
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command(initdb, "-D", data, "-U", "airtight", "-A", "trust", "--no-sync").CombinedOutput(); err != nil {
		p.reason = fmt.Sprintf("initdb: %v: %s", err, out)
		return
	}
	p.cmd = command(serve, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	if err := p.cmd.Start(); err != nil {
		p.cmd, p.reason = nil, err.Error()
		return
	}
	for range 200 {
		c, err := pgx.Connect(context.Background(), p.url("postgres"))
		if err == nil {
			_ = c.Close(context.Background())
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.reason = "PostgreSQL does not answer"
}

func (p *postgres) url(database string) string {
	return "postgres:///" + database + "?user=airtight&host=" + url.QueryEscape(p.dir)
}

func (p *postgres) stop() {
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(os.Interrupt)
		_ = p.cmd.Wait()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

// database makes an empty one and returns its URL.
func (p *postgres) database(t *testing.T) string {
	t.Helper()
	p.once.Do(p.start)
	if p.reason != "" {
		t.Skip(p.reason)
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	p.names++
	name := fmt.Sprint("ledger", p.names)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return p.url(name)
}
