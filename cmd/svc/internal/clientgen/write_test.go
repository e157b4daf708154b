package clientgen_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/clientgen"
)

func TestLinkIsReplacedAndNotWhatItLeadsTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, target := filepath.Join(dir, "shop_client.go"), filepath.Join(dir, "elsewhere")
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	if changed, err := clientgen.Write(path, []byte("package shop\n")); err != nil || !changed {
		t.Fatalf("have %v, %v, want the file", changed, err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the file was written where the link leads to")
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != "package shop\n" {
		t.Errorf("have %q, %v, want the file in place of the link", have, err)
	}
}

func TestNamesNeverLeaveTheFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../../x", "/etc/x", "a/../../b", "..", "", "a\nb", "C:\\x", "_test"} {
		for _, have := range []string{clientgen.FileName(name), clientgen.PackageName("", name)} {
			if filepath.Base(have) != have || !filepath.IsLocal(have) {
				t.Errorf("%q: have %q, want a name without folders", name, have)
			}
		}
	}
}
