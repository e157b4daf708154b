package shell

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// repr returns v as Python shows it: Starlark's own way differs in quotes,
// floats and sets.
func repr(v starlark.Value) string {
	var w writer
	w.value(v)
	return w.String()
}

type writer struct {
	strings.Builder
	around []starlark.Value // the lists and dicts that v lies in, which may hold themselves
}

func (w *writer) value(v starlark.Value) {
	switch v := v.(type) {
	case starlark.String:
		w.WriteString(present.Quote(string(v)))
	case starlark.Bytes:
		w.WriteString(present.QuoteBytes(string(v)))
	case starlark.Float:
		w.WriteString(present.Float(float64(v)))
	case starlark.Tuple:
		w.tuple(v)
	case *starlark.List:
		w.within(v, "[", "]", func() { w.all(v) })
	case *starlark.Dict:
		w.within(v, "{", "}", func() { w.items(v) })
	case *starlark.Set:
		if v.Len() == 0 {
			w.WriteString("set()")
			return
		}
		w.within(v, "{", "}", func() { w.all(v) })
	default:
		w.WriteString(v.String())
	}
}

func (w *writer) tuple(v starlark.Tuple) {
	w.WriteString("(")
	w.all(v)
	if len(v) == 1 {
		w.WriteString(",")
	}
	w.WriteString(")")
}

func (w *writer) within(v starlark.Value, left, right string, inside func()) {
	w.WriteString(left)
	if slices.Contains(w.around, v) {
		w.WriteString("...")
	} else {
		w.around = append(w.around, v)
		inside()
		w.around = w.around[:len(w.around)-1]
	}
	w.WriteString(right)
}

func (w *writer) all(v starlark.Iterable) {
	separator := ""
	for item := range starlark.Elements(v) {
		w.WriteString(separator)
		w.value(item)
		separator = ", "
	}
}

func (w *writer) items(v *starlark.Dict) {
	separator := ""
	for key, item := range v.Entries() {
		w.WriteString(separator)
		w.value(key)
		w.WriteString(": ")
		w.value(item)
		separator = ", "
	}
}
