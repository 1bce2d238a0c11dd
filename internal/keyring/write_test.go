//go:build unix

package keyring

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReplaceKeeps: the process that reads the keyring can still read it after
// someone else has rotated it.
func TestReplaceKeeps(t *testing.T) {
	r, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ mode, want os.FileMode }{{0o600, 0o600}, {0o640, 0o640}, {0o440, 0o440}, {0o400, 0o400}, {0o664, 0o640}, {0o777, 0o740}} {
		path := filepath.Join(t.TempDir(), "k.yaml")
		if err := r.Create(path); err != nil {
			t.Fatal(err)
		}
		owner := -1
		if os.Getuid() == 0 {
			owner = 65532
		}
		if err := errors.Join(os.Chown(path, owner, owner), os.Chmod(path, c.mode), r.Replace(path)); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != c.want {
			t.Errorf("%04o becomes %04o, want %04o", c.mode, info.Mode().Perm(), c.want)
		}
		if s := info.Sys().(*syscall.Stat_t); owner >= 0 && (int(s.Uid) != owner || int(s.Gid) != owner) {
			t.Errorf("belongs to %d:%d, want %d", s.Uid, s.Gid, owner)
		}
	}
}

func TestUnfitDirectory(t *testing.T) {
	r, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mode os.FileMode
		fit  bool
	}{{0o700, true}, {0o755, true}, {0o770, true}, {0o777, false}, {0o777 | os.ModeSticky, true}} {
		dir := filepath.Join(t.TempDir(), "d")
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, c.mode)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "k.yaml")
		for _, err := range []error{r.Create(path), r.Replace(path)} {
			if (err == nil) != c.fit || err != nil && !strings.HasPrefix(err.Error(), dir+": every user may write to this directory") {
				t.Errorf("%s: %v", c.mode, err)
			}
		}
	}
}

// TestReadersSeeWholeRings reads a keyring again and again while it is rotated.
func TestReadersSeeWholeRings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k.yaml")
	r, err := Generate("k1", now, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Create(path); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		var err error
		for i := 0; i < 50 && err == nil; i++ {
			if r, err = r.Rotate(r.NextID(), now.Add(time.Duration(i+1)*time.Second), Rotation{Overlap: time.Hour}); err == nil {
				err = r.Replace(path)
			}
		}
		done <- err
	}()
	for {
		if _, err := Load(path, now.Add(time.Minute)); err != nil {
			t.Error(err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}
