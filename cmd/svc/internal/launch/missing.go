package launch

import (
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
)

const lookOfAService = `a service is an exported struct with entrypoint markers:

    type Greeter struct {
        _ rpc.Method ` + "`method:\"Hello\"`" + `
    }

    func (g *Greeter) Hello(name string) string { return "Hello, " + name + "!" }
`

// notFound explains why t found no service in the packages it matched.
func notFound(cwd string, t target, matched []*candidate) error {
	if len(matched) == 0 {
		return &NotFoundError{Text: fmt.Sprintf("target %s matches no Go package", t.text)}
	}
	if t.service != "" {
		return structNotFound(cwd, t, matched)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no service found in %s; looked at\n%s\n%s", t.text, lookedAt(cwd, matched), lookOfAService)
	return &NotFoundError{Text: strings.TrimRight(b.String(), "\n")}
}

func structNotFound(cwd string, t target, matched []*candidate) error {
	if len(matched) == 1 && matched[0].Name == "main" {
		return &NotFoundError{Text: fmt.Sprintf("target %s: %s is a package main, which runs as it is: leave out :%s",
			t.text, display(cwd, matched[0].Dir), t.service)}
	}
	var names []string
	for _, c := range matched {
		names = append(names, c.structs...)
	}
	msg := fmt.Sprintf("target %s: no exported struct %s; looked at\n%s", t.text, t.service, lookedAt(cwd, matched))
	if hint := suggest.Hint(t.service, names); hint != "" {
		msg += hint
	}
	return &NotFoundError{Text: strings.TrimRight(msg, "\n")}
}

// lookedAt lists packages with their exported structs.
func lookedAt(cwd string, matched []*candidate) string {
	var b strings.Builder
	for i, c := range matched {
		if i == 12 {
			fmt.Fprintf(&b, "  … and %d more packages\n", len(matched)-i)
			break
		}
		fmt.Fprintf(&b, "  %s (%s)\n", display(cwd, c.Dir), c.holds())
	}
	return b.String()
}

func (c *candidate) holds() string {
	if c.hosts {
		return "package main"
	}
	if c.Name == "main" {
		return "package main without a call of service.Main"
	}
	if len(c.structs) == 0 {
		return "no exported structs"
	}
	return "exported structs: " + suggest.List(c.structs)
}
