package launch

import (
	"path/filepath"
	"regexp"
	"strings"
)

// position is how the go command begins a line about a place in a file.
var position = regexp.MustCompile(`^(\s*)([^\s:][^:]*\.go)(:\d+)`)

// userView rewrites what the go command printed in the folder dir for a user in
// the folder cwd: file names become relative to cwd, and nothing speaks of the
// generated main, which the user cannot open.
func userView(text, dir, cwd string) string {
	var b strings.Builder
	importer := false
	for line := range strings.Lines(text) {
		if hidden(line) {
			importer = true
			continue
		}
		// In an import stack the next line becomes the first.
		if rest, ok := strings.CutPrefix(line, "\timports "); ok && importer {
			line = "package " + strings.Replace(rest, " from main.go", "", 1)
		}
		importer = false
		b.WriteString(relocate(line, dir, cwd))
	}
	if strings.TrimSpace(b.String()) == "" {
		return text
	}
	return b.String()
}

// hidden recognises the header of the generated main, and its place at the top
// of an import stack.
func hidden(line string) bool {
	if !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "package ") {
		return false
	}
	return strings.HasSuffix(strings.TrimSpace(line), "/"+virtualFolder)
}

func relocate(line, dir, cwd string) string {
	m := position.FindStringSubmatchIndex(line)
	if m == nil {
		return line
	}
	file := line[m[4]:m[5]]
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	if strings.Contains(file, string(filepath.Separator)+virtualFolder+string(filepath.Separator)) {
		return line[:m[2]] + "the generated main" + line[m[6]:]
	}
	return line[:m[4]] + asCompiler(display(cwd, file)) + line[m[5]:]
}

// asCompiler keeps the ./ only of files in the user's folder itself.
func asCompiler(path string) string {
	bare, ok := strings.CutPrefix(path, "."+string(filepath.Separator))
	if ok && strings.Contains(bare, string(filepath.Separator)) {
		return bare
	}
	return path
}
