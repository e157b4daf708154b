package scaffold

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// names are what a service is called, as the templates use them.
type names struct {
	Service string // on the wire: my-shop
	Package string // myshop
	Type    string // MyShop
	Module  string // path of the module
	Import  string // path of the package
}

// usable is a name of a service that is also the beginning of Go names.
var usable = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*$`)

// taken are names of packages that the new package, or its test, imports or that
// the go command gives a meaning of its own.
var taken = []string{"context", "events", "internal", "main", "rpc", "service", "svctest", "testdata", "testing", "timer", "vendor", "web"}

// namesOf derives all names from that of the service. Given says whether --name was.
func namesOf(name string, given bool) (names, error) {
	what, cure := "the folder's name "+name, "; choose another with --name"
	if given {
		what, cure = "--name: have "+name, ""
	}
	if !usable.MatchString(name) || len(name) > 64 {
		if would := usableFrom(name); would != "" {
			cure = ", as in --name " + would
		}
		return names{}, &RefusedError{what + ", want the name of a service and of a Go package: 1 to 64 letters and digits, a letter first, with - or _ between words" + cure}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' })
	n := names{Service: name, Package: strings.ToLower(strings.Join(words, ""))}
	if token.IsKeyword(n.Package) || slices.Contains(taken, n.Package) || strings.HasSuffix(strings.ToLower(name), "_test") {
		return names{}, &RefusedError{fmt.Sprintf("%s: a Go package %s would clash with a word of Go or with what the service imports, as in --name %s-service", what, n.Package, name)}
	}
	for _, w := range words {
		n.Type += strings.ToUpper(w[:1]) + w[1:]
	}
	if n.Type == "Settings" || n.Type == "Greeted" {
		n.Type += "Service" // the template has a type of that name
	}
	return n, nil
}

// usableFrom returns the nearest usable name, "" where there is none.
func usableFrom(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	would := strings.TrimLeft(strings.Join(words, "-"), "-0123456789")
	if !usable.MatchString(would) || len(would) > 64 || token.IsKeyword(would) || slices.Contains(taken, would) {
		return ""
	}
	return would
}

// modulePath returns the path of the new module.
func modulePath(given, pkg string) (string, error) {
	if given == "" {
		return "example.com/" + pkg, nil
	}
	if err := module.CheckImportPath(given); err != nil {
		return "", &RefusedError{fmt.Sprintf("--module: have %q, want the path of a Go module, as in --module github.com/me/%s (%v)", given, pkg, err)}
	}
	if given == enokiPath || strings.HasPrefix(given, enokiPath+"/") {
		return "", &RefusedError{fmt.Sprintf("--module: have %s, which is a path of Enoki itself, as in --module example.com/%s", given, pkg)}
	}
	return given, nil
}
