package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// shieldWorkspace returns a copy of go.work in a folder below cache: whatever
// sums are missing, the go command writes them beside go.work without being
// asked. With vendored packages it writes none, and looks for them beside the
// original, which is returned then.
func shieldWorkspace(original, cache string) (string, error) {
	root := filepath.Dir(original)
	if _, err := os.Stat(filepath.Join(root, "vendor", "modules.txt")); err == nil {
		return original, nil
	}
	work, err := os.ReadFile(original)
	if err != nil {
		return "", fmt.Errorf("copy go.work: %w", err)
	}
	sums, err := os.ReadFile(original + ".sum")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("copy go.work.sum: %w", err)
	}
	// Named by content, a copy never changes under another svc that uses it.
	key := sha256.Sum256(slices.Concat([]byte(original), []byte{0}, work, []byte{0}, sums))
	dir := filepath.Join(cache, hex.EncodeToString(key[:8]))
	if err := publish(dir, map[string][]byte{
		"go.work": []byte(absoluteWorkspace(root, string(work))), "go.work.sum": sums,
	}); err != nil {
		return "", fmt.Errorf("copy go.work: %w", err)
	}
	return filepath.Join(dir, "go.work"), nil
}

// publish makes the folder dir appear with all its files at once.
func publish(dir string, files map[string][]byte) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), "draft-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(draft) }() // it has a new name by then
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(draft, name), data, 0o600); err != nil {
			return err
		}
	}
	err = os.Rename(draft, dir)
	if _, there := os.Stat(dir); there == nil {
		return nil
	}
	return err
}

// workToken is a comment, a string or a word of go.work.
var workToken = regexp.MustCompile("//.*|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[()]|[^\\s()\"`]+")

// absoluteWorkspace rewrites every relative folder of a go.work that lies in
// root.
func absoluteWorkspace(root, text string) string {
	return workToken.ReplaceAllStringFunc(text, func(token string) string {
		dir := unquoted(token)
		if dir == "." || dir == ".." || strings.HasPrefix(dir, "./") || strings.HasPrefix(dir, "../") {
			return strconv.Quote(inRoot(root, dir))
		}
		return token
	})
}

func unquoted(token string) string {
	if s, err := strconv.Unquote(token); err == nil {
		return s
	}
	return token
}

// workspaceModules returns the folders of the modules at or below dir that the
// nearest go.work uses.
func workspaceModules(dir string) []string {
	root := nearest(dir, "go.work")
	if root == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(usedFolders(root, string(data)), func(use string) bool {
		return use != dir && !strings.HasPrefix(use, dir+string(filepath.Separator))
	})
}

// usedFolders reads the use directives, in both of their forms.
func usedFolders(root, text string) []string {
	var dirs []string
	block := ""
	for line := range strings.Lines(text) {
		tokens := slices.DeleteFunc(workToken.FindAllString(line, -1), func(token string) bool {
			return strings.HasPrefix(token, "//")
		})
		switch {
		case len(tokens) == 0:
		case tokens[0] == ")":
			block = ""
		case len(tokens) > 1 && tokens[1] == "(":
			block = tokens[0]
		case tokens[0] == "use" && len(tokens) > 1:
			dirs = append(dirs, inRoot(root, unquoted(tokens[1])))
		case block == "use":
			dirs = append(dirs, inRoot(root, unquoted(tokens[0])))
		}
	}
	return dirs
}

func inRoot(root, dir string) string {
	if filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	return filepath.Join(root, dir)
}
