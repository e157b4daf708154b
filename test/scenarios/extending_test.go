//go:build linux

package scenarios_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// mostLines is how long a recipe may be, without comments and empty lines.
const mostLines = 40

var (
	goBlock     = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	packageName = regexp.MustCompile(`(?m)^package (\w+)$`)
)

// recipes returns the packages that a page shows, by name.
func recipes(t *testing.T, page string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, block := range goBlock.FindAllStringSubmatch(string(text), -1) {
		if name := packageName.FindStringSubmatch(block[1]); name != nil {
			found[name[1]] = block[1]
		}
	}
	return found
}

// linesOf counts the lines of a program that are neither empty nor comments.
func linesOf(source string) (n int) {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}

// pasted is a module outside of this one with the recipes as they are written, and the
// service that uses them.
func pasted(t *testing.T) newcomer {
	t.Helper()
	n := newcomer{t, t.TempDir()}
	n.borrow("example.com/pasted")
	for name, source := range recipes(t, filepath.Join(bench.Root, "docs/extending.md")) {
		n.write(name+"/"+name+".go", source)
	}
	n.copy("examples/extending/clerk", "clerk")
	n.rename("github.com/enoki-go/enoki/examples/extending/", "example.com/pasted/")
	return n
}

func TestS43RecipesAreShort(t *testing.T) {
	t.Parallel()
	found := recipes(t, "../../docs/extending.md")
	for _, name := range []string{"journal", "spool"} {
		if have := linesOf(found[name]); have == 0 || have > mostLines {
			t.Errorf("package %s has %d lines, want 1 to %d", name, have, mostLines)
		}
	}
}

func TestS43RecipesPassTheirTestsAsWritten(t *testing.T) {
	t.Parallel()
	n := pasted(t)
	n.run("go", "vet", "./...")
	n.run("go", "test", "./...")
}

// The hooks of both recipes: started before the first file is taken, released after
// each call, stopped after the last one.
func TestS43RecipesRunUnderSvc(t *testing.T) {
	t.Parallel()
	w, n := newWorld(t), pasted(t)
	n.write("in/waits.txt", "apples")
	p := w.runIn(n.dir, "./clerk")
	p.await(`msg="an order was taken".*order=apples`, 1)
	n.write("in/.pears", "pears")
	n.move("in/.pears", "in/pears.txt")
	p.await(`msg="an order was taken".*order=pears`, 1)
	n.write("in/empty.txt", "")
	p.await(`call failed.*an empty order`, 2) // and tried again
	p.Signal(syscall.SIGTERM)
	p.Exits(0)
	n.wantFiles("in", "empty.txt")
	if have, want := n.read("journal.txt"), "took apples\ntook pears\n"; have != want {
		t.Errorf("have the journal %q, want %q", have, want)
	}
}

// A call that runs when the service is told to stop has its end, and its acknowledgement.
func TestS43CallsAreDrained(t *testing.T) {
	t.Parallel()
	w, n := newWorld(t), pasted(t)
	n.edit("clerk/clerk.go", `	"strings"`, `	"strings"
	"time"`)
	n.edit("clerk/clerk.go", `	text, err := os.ReadFile(file)`, `	c.Log.Info("slow")
	for _, err := os.Stat("go"); err != nil; _, err = os.Stat("go") {
		time.Sleep(10 * time.Millisecond)
	}
	text, err := os.ReadFile(file)`)
	n.write("in/1.txt", "apples")
	p := w.runIn(n.dir, "./clerk")
	p.await(`msg=slow`, 1)
	p.Signal(syscall.SIGTERM)
	p.await(`msg=stopping`, 1)
	n.write("go", "")
	p.Exits(0)
	n.wantFiles("in")
	if have, want := n.read("journal.txt"), "took apples\n"; have != want {
		t.Errorf("have the journal %q, want %q", have, want)
	}
}
