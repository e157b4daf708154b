package shell

import (
	"fmt"

	"go.starlark.net/starlark"
)

// root is n: the bus.
type root struct{ parts starlark.StringDict }

var _ starlark.HasAttrs = root{}

const busType = "bus"

func (root) Freeze()               {}
func (root) Truth() starlark.Bool  { return starlark.True }
func (root) Hash() (uint32, error) { return 0, unhashable(busType) }
func (root) Type() string          { return busType }

func (r root) String() string {
	return fmt.Sprintf("<n: has %s>", r.AttrNames())
}

// Attr returns a part.
func (r root) Attr(name string) (starlark.Value, error) { return r.parts[name], nil }

// AttrNames lists the parts.
func (r root) AttrNames() []string { return r.parts.Keys() }
