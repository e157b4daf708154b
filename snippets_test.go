package enoki_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every block of Go code in the documentation is copied from an example, which
// compiles and has a test. Pages for those who come from elsewhere show code of others,
// too, which test/coming runs.
func TestSnippetsAreCopiedFromExamples(t *testing.T) {
	examples := readAll(t, "examples", ".go")
	others := readAll(t, "test/coming", ".go")
	for path, text := range readAll(t, ".", ".md") {
		if strings.HasPrefix(path, "bench/") {
			continue
		}
		for _, block := range blocksOf("go", text) {
			theirs := strings.HasPrefix(path, coming) && containsBlock(others, block)
			if !theirs && !containsBlock(examples, block) {
				t.Errorf("%s: this block stands in no file below examples/:\n%s", path, block)
			}
		}
	}
}

// coming is what the names of the pages begin with for those who come from elsewhere.
const coming = "docs/coming-from-"

func TestSnippetThatIsNowhereIsFound(t *testing.T) {
	examples := map[string]string{"a.go": "func A() {}\n"}
	for block, want := range map[string]bool{"func A() {}\n": true, "func B() {}\n": false} {
		if have := containsBlock(examples, block); have != want {
			t.Errorf("have %v, want %v for %q", have, want, block)
		}
	}
}

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// blocksOf returns the blocks of code in a language.
func blocksOf(language, markdown string) []string {
	var blocks []string
	for _, m := range fence.FindAllStringSubmatch(markdown, -1) {
		if m[1] == language {
			blocks = append(blocks, m[2])
		}
	}
	return blocks
}

func containsBlock(files map[string]string, block string) bool {
	for _, text := range files {
		if strings.Contains(text, block) {
			return true
		}
	}
	return false
}

// readAll reads the files with an ending below a folder.
func readAll(t *testing.T, root, ending string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		text, err := os.ReadFile(path)
		files[filepath.ToSlash(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
