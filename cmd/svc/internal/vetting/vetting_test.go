package vetting_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/vetting"
)

const root = "../../../.."

func TestAllExamplesAreClean(t *testing.T) {
	t.Parallel()
	report, err := vetting.Run(t.Context(), vetting.Request{Dir: root, Patterns: []string{"./examples/..."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Errorf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Text)
	}
	if len(report.Broken) > 0 || report.Packages < 20 {
		t.Errorf("looked at %d packages; broken: %v", report.Packages, report.Broken)
	}
}

// planted returns a module with a copy of an example in which one text is another.
func planted(t *testing.T, example, old, mistake string) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	enoki, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(read("go.mod"), "\n")
	write("go.mod", fmt.Sprintf("module example.com/planted\n%s\nrequire github.com/enoki-go/enoki v0.0.0\nreplace github.com/enoki-go/enoki => %s\n", requires, enoki))
	write("go.sum", read("go.sum"))
	source := read(example)
	if !strings.Contains(source, old) {
		t.Fatalf("%s has no %q", example, old)
	}
	return dir, write("planted.go", strings.Replace(source, old, mistake, 1))
}

func TestPlantedMistakeIsFoundAndMended(t *testing.T) {
	t.Parallel()
	dir, file := planted(t, "examples/hello/hello.go", `method:"Hello"`, `method:"Helo"`)
	report, err := vetting.Run(t.Context(), vetting.Request{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) != 1 || len(report.Broken) > 0 {
		t.Fatalf("have %+v, want one finding", report)
	}
	if f := report.Findings[0]; !strings.Contains(f.Text, `no method Helo on`) || f.Fix != "Replace it by Hello" || f.Line == 0 {
		t.Errorf("have %+v", f)
	}
	if n, err := report.Fix(); n != 1 || err != nil {
		t.Fatalf("fixed %d, %v, want 1", n, err)
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(root, "examples/hello/hello.go"))
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(want) {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

func TestCodeThatDoesNotCompileIsNotLookedAt(t *testing.T) {
	t.Parallel()
	dir, _ := planted(t, "examples/hello/hello.go", `method:"Hello"`, `method:"Helo"`)
	if err := os.WriteFile(filepath.Join(dir, "broken.go"), []byte("package hello\n\nvar x int = true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	report, err := vetting.Run(t.Context(), vetting.Request{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) > 0 || report.Packages > 0 || len(report.Broken) != 1 {
		t.Fatalf("have %+v, want one error of the compiler", report)
	}
	if b := report.Broken[0]; filepath.Base(b.File) != "broken.go" || b.Line != 3 || b.Column != 13 {
		t.Errorf("have %+v", b)
	}
}
