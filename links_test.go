package enoki_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every link of the documentation within this repository leads somewhere, also those to a
// heading of a page.
func TestLinksLeadSomewhere(t *testing.T) {
	pages := readAll(t, ".", ".md")
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		for _, broken := range brokenLinks(pages, name) {
			t.Error(broken)
		}
	}
}

// Every file or folder of this repository that the documentation names is there. What has
// been is told in the changelog and in the decisions, where files may have gone.
func TestNamedFilesAreThere(t *testing.T) {
	top := folders(t)
	for name, text := range readAll(t, ".", ".md") {
		if name == "CHANGELOG.md" || name == "docs/decisions.md" {
			continue
		}
		for _, file := range namedFiles(text, top) {
			if !exists(file) && !exists(path.Join(path.Dir(name), file)) {
				t.Errorf("%s names %s, which is not there", name, file)
			}
		}
	}
}

func TestBrokenLinkIsFound(t *testing.T) {
	pages := map[string]string{
		"docs/a.md": "# One two\n[b](b.md#there) [c](c.md) [d](b.md#gone) [e](#one-two) [f](../go.mod) `[g](no.md)` [h](https://x/y)\n",
		"docs/b.md": "## There\n```\n# gone\n```\n",
	}
	have := brokenLinks(pages, "docs/a.md")
	want := []string{"docs/a.md: the link c.md leads nowhere", "docs/a.md: the link b.md#gone leads to no heading"}
	if !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestNamedFilesAreFound(t *testing.T) {
	text := "`docs/a.md`, ./examples/hello and https://x/docs/b, `test/web`.\n    svc run ./examples/...  `bin/x` `docs/a_*.md`\n"
	have := namedFiles(text, []string{"docs", "examples", "test"})
	want := []string{"docs/a.md", "examples", "examples/hello", "test/web"}
	if !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

var (
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	scheme    = regexp.MustCompile(`^[a-z]+:`)
	fenced    = regexp.MustCompile("(?ms)^```.*?^```$")
	quotation = regexp.MustCompile("``[^\n]*?``|`[^`\n]*`")
	heading   = regexp.MustCompile(`(?m)^#+ (.*)$`)
	// unsaid is what an anchor leaves out of its heading.
	unsaid = regexp.MustCompile(`[^\p{L}\p{N}\p{M} _-]`)
)

func brokenLinks(pages map[string]string, name string) (broken []string) {
	text := quotation.ReplaceAllString(fenced.ReplaceAllString(pages[name], ""), "")
	for _, found := range link.FindAllStringSubmatch(text, -1) {
		target, anchor, _ := strings.Cut(found[1], "#")
		if scheme.MatchString(found[1]) {
			continue
		}
		file := name
		if target != "" {
			file = path.Join(path.Dir(name), target)
		}
		other, page := pages[file]
		switch {
		case !page && !exists(file):
			broken = append(broken, fmt.Sprintf("%s: the link %s leads nowhere", name, found[1]))
		case anchor != "" && !slices.Contains(anchors(other), anchor):
			broken = append(broken, fmt.Sprintf("%s: the link %s leads to no heading", name, found[1]))
		}
	}
	return broken
}

// anchors returns those of the headings of a page, as GitHub makes them.
func anchors(page string) (all []string) {
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		anchor := strings.ReplaceAll(unsaid.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")
		again := anchor
		for i := 1; slices.Contains(all, again); i++ {
			again = fmt.Sprintf("%s-%d", anchor, i)
		}
		all = append(all, again)
	}
	return all
}

// named is a path, not a part of a longer one or of an address.
var named = regexp.MustCompile("(?m)(?:^|[\\s`\"'(|=])(?:\\./)?([a-z]+(?:/[A-Za-z0-9_.-]+)+)(?:$|[\\s`\"'),;:|#])")

// ofReaders is what the documentation tells its readers to make, and what only looks
// like a path.
var ofReaders = []string{
	"cmd/airports", "cmd/orders", "internal/billing", "internal/orders",
	"examples/hello/greetingservice_client.go", "events/s",
}

// namedFiles returns what a page names below the folders at the top, sorted.
func namedFiles(page string, top []string) (files []string) {
	// A sign between two paths belongs to both.
	page = strings.Join(strings.Fields(page), "  ")
	for _, found := range named.FindAllStringSubmatch(page, -1) {
		file := path.Clean(strings.TrimRight(strings.TrimSuffix(found[1], "/..."), "."))
		folder, _, _ := strings.Cut(file, "/")
		if slices.Contains(top, folder) && !slices.Contains(ofReaders, file) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// folders returns those at the top of the repository.
func folders(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
