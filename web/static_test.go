package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// site makes a folder to serve, beside one that must not be.
func site(t *testing.T) (folder string) {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"secret.txt":          canary,
		"www/pear.txt":        "a pear",
		"www/my pear.txt":     "my pear",
		"www/page/index.html": "<p>pears</p>",
		"www/list/plum.txt":   "a plum",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out.txt": "../secret.txt", "up": "..", "in.txt": "pear.txt"} {
		if err := os.Symlink(to, filepath.Join(root, "www", link)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "www")
}

func TestFilesOfAFolderAreServed(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {static: {/assets/: '"+site(t)+"'}}", &Plums{})
	a := v.get("/assets/pear.txt")
	a.want(t, 200, "a pear")
	a.wantHeader(t, "Content-Type", "text/plain; charset=utf-8")
	v.get("/assets/my%20pear.txt").want(t, 200, "my pear")
	v.get("/assets/in.txt").want(t, 200, "a pear")
	v.get("/assets/list/plum.txt").want(t, 200, "a plum")
	v.get("/assets/page/").want(t, 200, "<p>pears</p>")
	v.get("/assets/pear.txt", "If-Modified-Since", a.Header.Get("Last-Modified")).want(t, http.StatusNotModified, "")
	v.get("/assets/pear.txt", "Range", "bytes=2-").want(t, http.StatusPartialContent, "pear")
	v.ask("HEAD", "/assets/pear.txt", "").wantHeader(t, "Content-Length", "6")
	v.get("/plums/1").want(t, 200, "plum 1")
}

func TestNothingLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {static: {/assets/: '"+site(t)+"'}}", &Plums{})
	for _, path := range []string{
		"/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/assets/..%2fsecret.txt", "/assets/%2e%2e%2fsecret.txt", "/assets/..%5csecret.txt",
		"/assets/list/../../secret.txt", "/assets//secret.txt", "/assets/out.txt", "/assets/up/secret.txt", "/assets/up/", "/assets/pear.txt%00",
		"/assets/%00", "/assets/*", "/assets/missing", "/assets/pear.txt/x",
	} {
		a := v.get(path)
		for range 3 { // a path that is not clean leads to the clean one
			if a.StatusCode/100 == 3 {
				a = v.get(a.Header.Get("Location"))
			}
		}
		wantNoText(t, a.body, "hunter2", "www")
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: have %d %q, want 404", path, a.StatusCode, a.body)
		}
	}
}

func TestFoldersAreNotListed(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {static: {/assets/: '"+site(t)+"'}}", &Plums{})
	for _, path := range []string{"/assets/", "/assets/list/", "/assets/list"} {
		a := v.get(path)
		wantNoText(t, a.body, "plum.txt", "pear.txt")
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: have %d, want 404", path, a.StatusCode)
		}
	}
}

func TestFilesAreOnlyRead(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {static: {/assets/: '"+site(t)+"'}}", &Plums{})
	a := v.ask("PUT", "/assets/pear.txt", "mine")
	a.problem(t, http.StatusMethodNotAllowed)
	a.wantHeader(t, "Allow", "GET, HEAD")
}
