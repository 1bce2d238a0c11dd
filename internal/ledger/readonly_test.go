package ledger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadOnly reads a ledger while another process has it open, and after it is
// closed, and changes nothing.
func TestReadOnly(t *testing.T) {
	bothKinds(t, func(t *testing.T, o Options, c *clock) {
		l := open(t, o)
		record(t, l, found(noon, nil))
		read := func(want int64) {
			t.Helper()
			r, err := OpenReadOnly(t.Context(), o.Path, o.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, r)
			if got := leaks(t, r, Filter{}); len(got) != 1 || got[0].Count != want {
				t.Errorf("%+v, want %d", got, want)
			}
			if err := r.SetState(t.Context(), leaks(t, r, Filter{})[0].ID, Change{State: Fixed, By: "x"}); err == nil {
				t.Error("it can be written")
			}
		}
		read(1)
		// What the writer has not yet moved from the log to the file counts too.
		record(t, l, found(noon, nil))
		read(2)
		closed(t, l)
		read(2)
		read(2)
		l = open(t, o)
		record(t, l, found(noon, nil))
		read(3)
		closed(t, l)
		if o.Path != "" {
			info, err := os.Stat(o.Path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
		}
	})
}

func TestReadOnlyRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no database at all, just a text of some length"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	changed := func(name, harm string) string {
		path := filepath.Join(dir, name)
		l := open(t, Options{Path: path, Report: func(err error) { t.Error(err) }})
		defer closed(t, l)
		if err := l.db.write(t.Context(), func(tx *tx) error { _, err := tx.exec(harm); return err }); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, url, want string }{
		{filepath.Join(dir, "none"), "", "there is no ledger here"},
		{dir, "", "is not a file"},
		{text, "", "is not a ledger"},
		{empty, "", "is not a ledger"},
		{changed("newer.db", `INSERT INTO schema_version (version) VALUES (9999)`), "", "newer than this airtight knows"},
		{changed("older.db", `DELETE FROM schema_version`), "", "of an older airtight"},
		{"", "postgres://u:hunter2@127.0.0.1:1/x", "does not answer"},
		{"", "postgres://u:hunter2@:x/", "is no connection URL"},
	} {
		l, err := OpenReadOnly(t.Context(), c.path, c.url, nil)
		if err == nil {
			closed(t, l)
			t.Errorf("%s is opened", c.path)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", c.path, err, c.want)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "*-journal")); len(files) > 0 {
			t.Errorf("leaves %v", files)
		}
	}
}

// TestReadOnlyDirectory: a copy of a ledger can be read where nothing can be written.
func TestReadOnlyDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "l.db")
	l := open(t, Options{Path: path, Report: func(err error) { t.Error(err) }})
	record(t, l, found(noon, nil))
	closed(t, l)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	r, err := OpenReadOnly(t.Context(), path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r)
	if got := leaks(t, r, Filter{}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
