package watch_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/watch"
	"github.com/enoki-go/enoki/internal/await"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A tree is a folder that is watched: its Go files, wherever they are, and page.html.
type tree struct {
	t    *testing.T
	root string
	w    *watch.Watcher
}

func plant(t *testing.T, files ...string) *tree {
	t.Helper()
	tr := &tree{t: t, root: t.TempDir()}
	for _, name := range files {
		tr.write(name, "old")
	}
	w, err := watch.New(t.Context(), tr.list, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	tr.w = w
	return tr
}

func (tr *tree) list(context.Context) (watch.Set, error) {
	var s watch.Set
	err := filepath.WalkDir(tr.root, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			s.Folders = append(s.Folders, path)
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, ".html"):
			s.Files = append(s.Files, path)
		}
		return nil
	})
	s.Files = append(s.Files, filepath.Join(tr.root, "config.yml"))
	return s, err
}

func (tr *tree) path(name string) string { return filepath.Join(tr.root, name) }

func (tr *tree) write(name, text string) {
	tr.t.Helper()
	if err := os.MkdirAll(filepath.Dir(tr.path(name)), 0o700); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(tr.path(name), []byte(text), 0o600); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) rename(from, to string) {
	tr.t.Helper()
	if err := os.Rename(tr.path(from), tr.path(to)); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) remove(name string) {
	tr.t.Helper()
	if err := os.RemoveAll(tr.path(name)); err != nil {
		tr.t.Fatal(err)
	}
}

// changes checks what the next change is.
func (tr *tree) changes(want ...string) {
	tr.t.Helper()
	files, err := tr.w.Wait(await.Within(tr.t, 20*time.Second))
	if err != nil {
		tr.t.Fatal(err)
	}
	var have []string
	for _, file := range files {
		rel, _ := filepath.Rel(tr.root, file)
		have = append(have, filepath.ToSlash(rel))
	}
	if diff := cmp.Diff(want, have); diff != "" {
		tr.t.Fatalf("changes (-want +have):\n%s", diff)
	}
}

func TestChangesOfContentAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(tr *tree)
		want []string
	}{
		{"a file is written", func(tr *tree) { tr.write("a.go", "new") }, []string{"a.go"}},
		{"two are", func(tr *tree) { tr.write("b/b.go", "new"); tr.write("a.go", "new") }, []string{"a.go", "b/b.go"}},
		{"an editor replaces it", func(tr *tree) { tr.write(".a.go.swp", "new"); tr.rename(".a.go.swp", "a.go") }, []string{"a.go"}},
		{"an editor keeps the old one", func(tr *tree) { tr.rename("a.go", "a.go~"); tr.write("a.go", "new") }, []string{"a.go"}},
		{"one comes", func(tr *tree) { tr.write("c.go", "new") }, []string{"c.go"}},
		{"one goes", func(tr *tree) { tr.remove("a.go") }, []string{"a.go"}},
		{"a folder comes", func(tr *tree) { tr.write("c/d/e.go", "new") }, []string{"c/d/e.go"}},
		{"a folder goes", func(tr *tree) { tr.remove("b") }, []string{"b/b.go", "b/page.html"}},
		{"one that is embedded comes", func(tr *tree) { tr.write("b/next.html", "new") }, []string{"b/next.html"}},
		{"one that was not there yet", func(tr *tree) { tr.write("config.yml", "new") }, []string{"config.yml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := plant(t, "a.go", "b/b.go", "b/page.html")
			tt.do(tr)
			tr.changes(tt.want...)
		})
	}
}

func TestWhatChangesNothingIsNotTold(t *testing.T) {
	t.Parallel()
	tr := plant(t, "a.go", "a_test.go", "b/page.html")
	tr.write("a.go", "old")
	tr.write("a_test.go", "new")
	tr.write("log.txt", "new")
	tr.write(".hidden.go", "")
	tr.remove(".hidden.go")
	if err := os.Chmod(tr.path("a.go"), 0o644); err != nil {
		t.Fatal(err)
	}
	tr.write("b/page.html", "new") // after all of that
	tr.changes("b/page.html")
}

func TestChangesAfterAFolderWasMadeAnewAreTold(t *testing.T) {
	t.Parallel()
	tr := plant(t, "b/b.go")
	tr.remove("b")
	tr.changes("b/b.go")
	tr.write("b/b.go", "second")
	tr.changes("b/b.go")
	tr.write("b/b.go", "third")
	tr.changes("b/b.go")
}

// A checkout of another branch may remove a folder and what is around it.
func TestFoldersMadeAnewAreWatchedAgain(t *testing.T) {
	t.Parallel()
	tr := plant(t, "b/c/c.go")
	for _, text := range []string{"second", "third"} {
		tr.remove("b/c")
		tr.changes("b/c/c.go")
		tr.write("b/c/c.go", text)
		tr.changes("b/c/c.go")
	}
}

func TestWhatALinkLeadsToIsWatched(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "b.html")
	if err := os.WriteFile(elsewhere, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	link := filepath.Join(root, "a.html")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	list := func(context.Context) (watch.Set, error) { return watch.Set{Files: []string{link}}, nil }
	w, err := watch.New(t.Context(), list, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.WriteFile(elsewhere, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, err := w.Wait(await.Within(t, 20*time.Second))
	if err != nil || !slices.Contains(changed, link) {
		t.Errorf("have %q, %v, want %s", changed, err, link)
	}
}

// A service may keep a database beside its configuration: whoever looks at all of the
// source for each of its writes does nothing else.
func TestFilesOfAServiceAreLookedAtOnce(t *testing.T) {
	t.Parallel()
	tr := plant(t, "a.go", "page.html", "b/b.go")
	looks := 0
	w, err := watch.New(t.Context(), func(ctx context.Context) (watch.Set, error) {
		looks++
		return tr.list(ctx)
	}, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	looks = 0
	ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
	defer end()
	var all sync.WaitGroup
	all.Go(func() { // until the time is over, which it waits for
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			<-tick.C
			_ = os.WriteFile(tr.path("shop.db"), []byte(strconv.Itoa(n)), 0o600)
		}
	})
	changed, err := w.Wait(ctx)
	all.Wait()
	if !errors.Is(err, context.DeadlineExceeded) || looks != 1 {
		t.Errorf("have %q, %v after %d looks, want one look and no change", changed, err, looks)
	}
}

func TestWhatHappensBetweenTwoWaitsIsTold(t *testing.T) {
	t.Parallel()
	tr := plant(t, "a.go", "b.go")
	tr.write("a.go", "new")
	tr.changes("a.go")
	tr.write("a.go", "newer")
	tr.write("b.go", "new")
	tr.changes("a.go", "b.go")
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	tr := plant(t, "a.go")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tr.w.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want %v", err, context.Canceled)
	}
}

func TestListThatFailsIsTold(t *testing.T) {
	t.Parallel()
	broken := errors.New("no go command")
	_, err := watch.New(t.Context(), func(context.Context) (watch.Set, error) { return watch.Set{}, broken }, func(string) {})
	if !errors.Is(err, broken) {
		t.Errorf("have %v, want %v", err, broken)
	}
}

// A service wrote into what it embeds whenever it started, and was built again for ever.
func TestFileThatIsWrittenAtEveryStartIsLeftAside(t *testing.T) {
	t.Parallel()
	told := make(chan string, 1)
	tr := plant(t, "a.go", "page.html")
	w, err := watch.New(t.Context(), tr.list, func(text string) { told <- text })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	tr.w = w
	for n := range 3 {
		tr.write("page.html", strconv.Itoa(n))
		tr.changes("page.html")
	}
	tr.write("page.html", "once more")
	go func() { // ends once it is told, and the Wait below with what it writes
		<-told
		_ = os.WriteFile(tr.path("a.go"), []byte("new"), 0o600) // else nothing changes below
	}()
	tr.changes("a.go")
}
