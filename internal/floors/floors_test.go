package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, v := range violations(list(t)) {
		t.Error(v)
	}
	for name := range floors {
		if info, err := os.Stat(filepath.Join("../..", name)); err != nil || !info.IsDir() {
			t.Errorf("%s has a floor and does not exist", name)
		}
	}
}

func TestArchitecturePageNamesEveryPackage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range floors {
		if !bytes.Contains(page, []byte("`"+strings.TrimPrefix(name, "internal/")+"`")) {
			t.Errorf("docs/architecture.md does not say what %s is for", name)
		}
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pkg  pkg
		want string
	}{
		{"own floor", pkg{"internal/guard", []string{"internal/policy", "fmt"}, nil}, ""},
		{"below the components", pkg{"processor/airtightprocessor/internal/metadata", []string{"internal/field"}, nil}, ""},
		{"upwards", pkg{"internal/rule", []string{"internal/detect"}, nil}, "internal/rule (floor 1) imports internal/detect (floor 2)"},
		{"nowhere", pkg{"internal/utils", nil, nil}, "internal/utils stands on no floor"},
		{"beside", pkg{"internal/guard", []string{"internal/floors"}, nil}, "for tests and builds"},
		{"OpenTelemetry below", pkg{"internal/policy", nil, []string{"go.opentelemetry.io/otel"}}, "internal/policy depends on go.opentelemetry.io/otel"},
		{"gate and walker", pkg{"internal/guard", nil, []string{"internal/pdatawalk"}}, "internal/guard depends on internal/pdatawalk"},
		{"walker and gate", pkg{"internal/pdatawalk", nil, []string{"internal/guard"}}, "internal/pdatawalk depends on internal/guard"},
		{"processor and cobra", pkg{"processor/airtightprocessor", nil, []string{"github.com/spf13/cobra"}}, "links nothing else"},
		{"processor and an interface", pkg{"processor/airtightprocessor", nil, []string{"database/sql/driver"}}, ""},
		{"processor and a page", pkg{"processor/airtightprocessor", nil, []string{"internal/webui"}}, "links nothing else"},
	} {
		c.pkg.ImportPath = module + c.pkg.ImportPath
		for _, paths := range [][]string{c.pkg.Imports, c.pkg.Deps} {
			for i, path := range paths {
				if strings.HasPrefix(path, "internal/") {
					paths[i] = module + path
				}
			}
		}
		got := strings.Join(violations([]pkg{c.pkg}), "\n")
		if got == "" != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// list is every package of the module, as the go command sees it. Files that do
// not compile are for other tests to tell of.
func list(t *testing.T) []pkg {
	t.Helper()
	// The test cache counts only files that the test itself has looked at.
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}
