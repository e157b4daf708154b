package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// printNotices prints the licences and notices of all that a package links,
// our own among them. Equal texts stand once.
func printNotices(ctx context.Context, out io.Writer, root, target string) error {
	byPackage, err := linked(root, "", false, target)
	if err != nil {
		return err
	}
	if len(byPackage) != 1 {
		return fmt.Errorf("%s is %d packages, want one", target, len(byPackage))
	}
	users := make(map[string][]string) // modules, by text
	if err := standard(ctx, users); err != nil {
		return err
	}
	for _, all := range byPackage {
		for _, path := range slices.Sorted(maps.Keys(all)) {
			if err := all[path].gather(users); err != nil {
				return err
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(users), func(a, b string) int { return strings.Compare(users[a][0], users[b][0]) })
	var text strings.Builder
	for _, licence := range order {
		fmt.Fprintf(&text, "%s\n\n%s\n\n%s\n\n", strings.Join(users[licence], "\n"), strings.TrimSpace(licence), strings.Repeat("-", 72))
	}
	_, err = io.WriteString(out, text.String())
	return err
}

// standard adds the licence of Go itself, whose library every program links.
func standard(ctx context.Context, users map[string][]string) error {
	text, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("ask go where it is: %w", err)
	}
	fields := strings.Split(strings.TrimSpace(string(text)), "\n")
	m := module{path: "the Go standard library", version: fields[1], dir: strings.TrimSpace(fields[0])}
	return m.gather(users)
}

func (m *module) gather(users map[string][]string) error {
	licences, err := m.files(licenceFile)
	if err != nil {
		return err
	}
	notices, err := m.files(noticeFile)
	if err != nil {
		return err
	}
	for _, file := range append(licences, notices...) {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(m.dir, file)
		if err != nil {
			return err
		}
		users[string(text)] = append(users[string(text)], strings.TrimSpace(m.path+" "+m.version)+": "+name)
	}
	return nil
}
