package codec

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Hide says of the path of a field in an argument how much of it may be shown, and
// whether what stands there may not. "" is the argument itself, and the argument -1 is
// all of them.
type Hide func(argument int, path string) (shown string, hidden bool)

// notShown stands for what a message holds where nobody may read it.
const notShown = "a value that is not shown"

// Conceal returns what Decode has to say of one value without what hide hides; a nil hide
// hides nothing.
func Conceal(err error, hide Hide) error { return Parameters{Hide: hide}.conceal(err) }

// conceal takes out of a mismatch what its value was, and what the type itself said of it.
func (p Parameters) conceal(err error) error {
	m, ok := errors.AsType[*MismatchError](err)
	if !ok || p.Hide == nil {
		return err
	}
	argument, field, _ := strings.Cut(m.Place, ", ")
	if m.argument == "" {
		argument, field = "", m.Place
	}
	shown, hidden := p.Hide(p.indexOf(m.argument), strings.TrimPrefix(strings.TrimPrefix(field, "field "), "element "))
	if !hidden {
		return err
	}
	if argument != "" && shown != "" {
		argument += ", "
	}
	return &MismatchError{Place: argument + fieldPlace(shown), Have: notShown, Want: m.Want, argument: m.argument}
}

// indexOf returns which argument a place names; "" is the only one, or all.
func (p Parameters) indexOf(argument string) int {
	if argument == "" && len(p.Types) > 1 {
		return -1
	}
	if n, err := strconv.Atoi(argument); err == nil {
		return n - 1
	}
	return max(0, slices.Index(p.Names, argument))
}
