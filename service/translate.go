package service

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// Where constructors are annotated only fx can tell what is wrong with them, and
// what it tells is about wrappers ("reflect".makeFuncStub). These are the pieces
// of its sentences that mean something to the user.
var (
	building = regexp.MustCompile(`failed to build ([^:]+):`)
	twice    = regexp.MustCompile(`(?s).*cannot provide (.+?) from \[`)
	wrapper  = regexp.MustCompile(`( provided by| in func:)? "reflect"\.makeFuncStub \([^)]*\)`)
	outs     = regexp.MustCompile(`struct \{ dig\.Out; Field\d+ ([^;}]+) \}`)
	steps    = regexp.MustCompile(`\n\s*depends on `)
)

// translated returns what an error of fx says in our words. The error of a
// constructor of the user's stays in the chain.
func translated(err error) error {
	root, text := ofUser(err), err.Error()
	switch said := root.Error(); {
	case strings.HasPrefix(said, "missing type"):
		_, types, _ := strings.Cut(said, ": ")
		return fmt.Errorf("a constructor needs %s, which no constructor provides", types)
	case strings.HasPrefix(said, "already provided by"):
		return fmt.Errorf("%s is provided twice, want one constructor of it", piece(twice, text))
	case strings.Contains(text, "cycle detected"):
		cycle := outs.ReplaceAllString(wrapper.ReplaceAllString(said, ""), "$1")
		return errors.New("constructors need each other: " + steps.ReplaceAllString(cycle, " needs "))
	case fromFx(root):
		return fmt.Errorf("constructor of %s: %s", piece(building, text), wrapper.ReplaceAllString(said, ""))
	default:
		return fmt.Errorf("constructor of %s: %w", piece(building, text), root)
	}
}

// ofUser returns the first error in the chain of err that fx did not make, its
// innermost where it made all.
func ofUser(err error) error {
	for fromFx(err) && errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}

func fromFx(err error) bool {
	return strings.HasPrefix(reflect.TypeOf(err).PkgPath(), "go.uber.org/") || strings.HasPrefix(err.Error(), "fx.Provide(")
}

// piece returns what the last match of a pattern with one group captured.
func piece(pattern *regexp.Regexp, text string) string {
	all := pattern.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return "a field"
	}
	return all[len(all)-1][1]
}
