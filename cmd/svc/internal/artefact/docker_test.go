package artefact

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What lies outside of the module is not sent to Docker, but what is vendored is.
func TestReplacedByAFolderOutsideHasToBeVendored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "go.mod", "module example.com/shop\n\ngo 1.26.0\n\nreplace example.com/tools => /src/tools\n")
	_, err := readModule(dir)
	if err == nil || !strings.Contains(err.Error(), "replaces a module by /src/tools") || !strings.Contains(err.Error(), "go mod vendor") {
		t.Errorf("have %v, want what to do about /src/tools", err)
	}
	put(t, dir, "vendor/modules.txt", "# example.com/tools => /src/tools\n")
	m, err := readModule(dir)
	if err != nil || m.version != "1.26" || m.download {
		t.Errorf("have %+v and %v, want Go 1.26 without a download", m, err)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
