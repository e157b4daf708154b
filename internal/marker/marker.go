// Package marker reads what is the container's own in the tags of markers: so the start
// and svc vet refuse the same, in the same words.
package marker

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/tag"
)

// Name holds the tag keys of service.Name.
type Name struct {
	Name    string
	Version string
}

var versionPattern = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// ReadName reads the marker service.Name over what holds without it. Where an error is about
// the version the rest is read nevertheless.
func ReadName(t reflect.StructTag, without Name) (Name, error) {
	n := without
	if err := tag.Read(t, &n); err != nil {
		return without, err
	}
	if !versionPattern.MatchString(n.Version) {
		return n, fmt.Errorf("service version: have %q, want a semantic version such as 1.2.0", n.Version)
	}
	return n, nil
}

// Method returns the Go name of the method that an entrypoint reaches. bound is that of a
// method expression, which needs no key for it, "" for a marker; structName is for the
// error.
func Method(parsed tag.Tag, bound, structName string) (string, error) {
	name, has := parsed.Get("method")
	switch {
	case !has && bound == "":
		return "", fmt.Errorf("the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of *%s", structName)
	case !has:
		return bound, nil
	case bound != "" && name != bound:
		return "", fmt.Errorf("the tag names the method %q, the method expression is %q; leave the tag key out", name, bound)
	default:
		return name, nil
	}
}

// NoMethod is the error for a method that a struct does not have; methods are those that
// it has.
func NoMethod(name, structName string, methods []string) error {
	text := fmt.Sprintf("no method %s on *%s", name, structName)
	if hint := suggest.Hint(name, methods); hint != "" {
		return errors.New(text + "; " + hint)
	}
	return fmt.Errorf("%s; its exported methods are %s", text, suggest.List(methods))
}

// Rest returns the keys of the kind of entrypoint: all but those that are read here.
func Rest(parsed tag.Tag) reflect.StructTag { return parsed.Without(entrypoint.TagKeys()...) }

// Workers returns how many calls of the entrypoint may run at once, 0 where the tag does
// not say it.
func Workers(parsed tag.Tag) (int, error) {
	value, has := parsed.Get("workers")
	if !has {
		return 0, nil
	}
	var o struct{ Workers int }
	if err := tag.Read(reflect.StructTag(fmt.Sprintf("workers:%q", value)), &o); err != nil {
		return 0, err
	}
	if o.Workers < 1 {
		return 0, fmt.Errorf("tag key workers: have %q, want at least 1", value)
	}
	return o.Workers, nil
}

// MarkSensitive marks what the key sensitive names. The names of the parameters are those
// of the key args, which the kinds of entrypoints have in common.
func MarkSensitive(parsed tag.Tag, m *entrypoint.Method) error {
	if args, ok := parsed.Get("args"); ok {
		if names := listOf(args); len(names) == len(m.In) {
			m.Params = names
		}
	}
	value, has := parsed.Get("sensitive")
	if !has {
		return nil
	}
	var errs []error
	for _, path := range listOf(value) {
		if err := m.MarkSensitive(path); err != nil {
			errs = append(errs, fmt.Errorf("tag key sensitive: have %q, %w", path, err))
		}
	}
	return errors.Join(errs...)
}

func listOf(value string) []string {
	all := strings.Split(value, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
