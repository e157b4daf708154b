package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/atomicfile"
)

func TestWriteMakesFoldersAndReplacesWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b", "file")
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		wantText(t, path, text)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if have := info.Mode().Perm(); have != 0o644 {
		t.Errorf("have the permissions %v, want -rw-r--r--", have)
	}
	wantFiles(t, filepath.Dir(path), "file")
}

func TestWriteReplacesALinkAndLeavesWhatItLeadsTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	wantText(t, link, "new")
	wantText(t, target, "kept")
}

func TestWhatCannotBeWrittenLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, []byte("text")); err == nil {
		t.Error("have no error for a folder that holds something")
	}
	wantFiles(t, dir, "folder")
}

func wantText(t *testing.T, path, want string) {
	t.Helper()
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s: have %q, want %q", path, have, want)
	}
}

// wantFiles wants this one file, or folder, in dir.
func wantFiles(t *testing.T, dir, want string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Name() != want {
		t.Errorf("%s holds %v, want %s alone", dir, found, want)
	}
}
