package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

const ours = "github.com/enoki-go/enoki"

// others are the modules beside the root whose programs only test and measure.
var others = []string{"bench", "test/chaos", "test/deploy", "test/nats", "test/web", "tools"}

// asides are folders of the root module of which no service links anything.
var asides = []string{"cmd", "examples", "internal", "test", "testing", "vet", "dependency/sqldb/sqltest", "dependency/redisdb/redistest"}

const introduction = `# Licences

Enoki is under the [MIT licence](../LICENSE). This page is written by ` + "`make licences`" + ` from the modules that are linked on Linux, macOS and Windows, and from the licence texts that they bring along; ` + "`make licences-check`" + ` fails where it is out of date, or where a licence is not known to go with ours.

All of these may be linked into a program under any licence, also one that is not published. What they ask for is that their licences go with the program (` + "`licence goes along`" + `):

* Every Go program links the standard library, which is under BSD-3-Clause: its licence goes along as well. Package ` + "`web`" + ` carries the page of Swagger UI (Apache-2.0), as part of swgui.
* Enoki itself is published as source, as the Go module proxy has it. A source of ours contains none of others, so nothing else has to go with it.
* Who hands on a program, and be it in an image of a container, hands on the licences of what it links. ` + "`go -C tools run ./licences -notices PACKAGE FOLDER`" + ` in a checkout of Enoki prints them for the package main (the folder of a service does too) of any module, each text once; write it to a file beside the program. ` + "`svc build`" + ` and ` + "`svc docker`" + ` write no such file.
* ` + "`make notices`" + ` does so for ` + "`svc`" + `: who hands on a built ` + "`svc`" + ` adds the file NOTICES.txt.
`

// page is the text of docs/licences.md.
func page(root string) (string, error) {
	byPackage, err := linked(root, ours, false, "./...")
	if err != nil {
		return "", err
	}
	service, command, rest := modules{}, modules{}, modules{}
	for path, all := range byPackage {
		switch {
		case isLibrary(path):
			service.join(all)
		case path == ours+"/cmd/svc":
			command.join(all)
		default:
			rest.join(all)
		}
	}
	if err := joinOthers(root, rest); err != nil {
		return "", err
	}
	maps.DeleteFunc(command, func(path string, _ *module) bool { return service[path] != nil })
	maps.DeleteFunc(rest, func(path string, _ *module) bool { return service[path] != nil || command[path] != nil })

	var text strings.Builder
	text.WriteString(introduction)
	text.WriteString("\n## In a service\n\nWhat a program links is decided by the packages that it imports; the second table has them.\n\n")
	err = table(&text, service)
	packageTable(&text, byPackage)
	err = errors.Join(err,
		section(&text, "In svc, beside these", "The command links, beside what a service may link:", command),
		section(&text, "In tests and measurements", "Linked into tests, examples, `svctest`, package `vet`, the programs of `bench` and `test`, and our own tools; never into `svc` or a service unless it imports them itself. golangci-lint, which is under GPL-3.0, is run by `make lint` as a program and linked into nothing.", rest),
	)
	return text.String(), err
}

func joinOthers(root string, rest modules) error {
	for _, folder := range append([]string{"."}, others...) {
		byPackage, err := linked(filepath.Join(root, folder), ours, true, "./...")
		if err != nil {
			return err
		}
		for _, all := range byPackage {
			rest.join(all)
		}
	}
	return nil
}

// isLibrary is whether a service may import a package.
func isLibrary(path string) bool {
	folder := strings.TrimPrefix(strings.TrimPrefix(path, ours), "/")
	return folder != "" && !strings.Contains("/"+folder+"/", "/internal/") && !slices.ContainsFunc(asides, func(aside string) bool {
		return folder == aside || strings.HasPrefix(folder, aside+"/")
	})
}

func section(text *strings.Builder, title, words string, all modules) error {
	fmt.Fprintf(text, "\n## %s\n\n%s\n\n", title, words)
	return table(text, all)
}

func table(text *strings.Builder, all modules) error {
	text.WriteString("| module | version | licence | compatible |\n|---|---|---|---|\n")
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(all)) {
		licence, err := all[path].licence()
		errs = append(errs, err)
		fmt.Fprintf(text, "| %s | %s | %s | yes%s |\n", path, all[path].version, licence, demands(licence))
	}
	return errors.Join(errs...)
}

// demands is what is to be done for a licence when code is handed on.
func demands(licence string) string {
	var found []string
	for id := range strings.SplitSeq(licence, " AND ") {
		if d := compatible[id]; d != "" && !slices.Contains(found, d) {
			found = append(found, d)
		}
	}
	if slices.Contains(found, noticesToo) {
		found = slices.DeleteFunc(found, func(d string) bool { return d == textOnly })
	}
	if len(found) == 0 {
		return ""
	}
	return "; " + strings.Join(found, "; ")
}

func packageTable(text *strings.Builder, byPackage map[string]modules) {
	text.WriteString("\n| package | links |\n|---|---|\n")
	for _, path := range slices.Sorted(maps.Keys(byPackage)) {
		if !isLibrary(path) {
			continue
		}
		names := slices.Sorted(maps.Keys(byPackage[path]))
		if len(names) == 0 {
			names = []string{"the standard library"}
		}
		fmt.Fprintf(text, "| `%s` | %s |\n", strings.TrimPrefix(path, ours+"/"), strings.Join(names, ", "))
	}
}
