package deploy_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// send copies to a folder what docker build would send of the checkout: all but what the
// file beside the Dockerfile lists.
func send(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	ignored := ignoredBy(t, filepath.Join(root, "examples", name, "deploy", "Dockerfile.dockerignore"))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil || rel == "." {
			return err
		}
		left, err := ignored.MatchesOrParentMatches(filepath.ToSlash(rel))
		switch {
		case err != nil:
			return err
		case d.IsDir() && left:
			return fs.SkipDir
		case d.IsDir():
			return os.Mkdir(filepath.Join(dir, rel), 0o700)
		case left || !d.Type().IsRegular():
			return nil
		}
		return clone(path, filepath.Join(dir, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func ignoredBy(t *testing.T, file string) *patternmatcher.PatternMatcher {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return m
}

func clone(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

func TestNoSecretIsSentToTheBuild(t *testing.T) {
	t.Parallel()
	for _, name := range applications(t) {
		ignored := ignoredBy(t, filepath.Join(root, "examples", name, "deploy", "Dockerfile.dockerignore"))
		for _, path := range []string{".git/config", ".env", "examples/" + name + "/.env", "server.key", "a/b/server.pem", ".tools/bin/golangci-lint", "rpc/func_test.go", "test/web/go.mod"} {
			if left, err := ignored.MatchesOrParentMatches(path); !left || err != nil {
				t.Errorf("%s: have %s sent, %v, want it left out", name, path, err)
			}
		}
	}
}
