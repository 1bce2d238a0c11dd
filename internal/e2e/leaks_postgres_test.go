//go:build e2e && linux

package e2e

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a PostgreSQL server of the test's own, reached by a socket.
type postgres struct {
	cmd *exec.Cmd
	dir string
	url string // of an empty database
}

// newPostgres starts a server, or skips the test where none is installed.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	initdb, serve := postgresProgram("initdb"), postgresProgram("postgres")
	if initdb == "" || serve == "" {
		t.Skip("PostgreSQL is not installed")
	}
	// Not t.TempDir: the server runs as another user, who may not look into that.
	dir, err := os.MkdirTemp("", "airtight-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	p := &postgres{dir: dir}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		u, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr != nil || gidErr != nil || os.Chown(dir, uid, gid) != nil {
			t.Fatal("the user nobody can't be used")
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	data := filepath.Join(dir, "data")
	setup := exec.Command(initdb, "-D", data, "-U", "airtight", "-A", "trust", "--no-sync")
	setup.Dir, setup.SysProcAttr = dir, attr
	if out, err := setup.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.cmd = exec.Command(serve, "-D", data, "-k", dir, "-c", "listen_addresses=")
	p.cmd.Dir, p.cmd.SysProcAttr = dir, attr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.signal(syscall.SIGCONT)
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		_ = p.cmd.Wait()
	})
	p.url = "postgres:///postgres?user=airtight&host=" + url.QueryEscape(dir)
	if !eventually(20*time.Second, func() bool {
		c, err := pgx.Connect(context.Background(), p.url)
		return err == nil && c.Close(context.Background()) == nil
	}) {
		t.Fatal("PostgreSQL does not answer")
	}
	return p
}

// postgresProgram is where packages put it.
func postgresProgram(name string) string {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err == nil && len(found) > 0 {
		return found[len(found)-1]
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// signal sends a signal to the server and each of its processes: those are in
// groups of their own.
func (p *postgres) signal(s syscall.Signal) {
	pid := p.cmd.Process.Pid
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return
	}
	_ = syscall.Kill(pid, s)
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (name) state ppid: the name may hold anything, proc(5).
		after := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(after) < 2 || after[1] != strconv.Itoa(pid) {
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			_ = syscall.Kill(child, s)
		}
	}
}
