package entrypoint

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// What is shown of arguments, at the most.
const (
	shownDepth    = 6
	shownElements = 20
	shownText     = 200 // bytes
)

// Redacted returns the arguments for people who look at logs, by the names of the
// parameters or else their positions, which begin with 1: as maps, lists, text and
// numbers, cut where they are long, with Hidden for what is sensitive. It decodes them
// if that was not done before, and returns nil where they do not fit.
func (c *Call) Redacted() map[string]any {
	if c.Bind() != nil {
		return nil
	}
	shown := make(map[string]any, len(c.Method.In))
	for i := range c.Method.In {
		name := strconv.Itoa(i + 1)
		if i < len(c.Method.Params) {
			name = c.Method.Params[i]
		}
		shown[name] = viewOf(c.args.Field(i), c.Method.stepsInto(i), shownDepth)
	}
	return shown
}

// stepsInto returns the steps to what is sensitive in a parameter.
func (m *Method) stepsInto(param int) (all viewer) {
	for _, s := range m.Sensitive {
		if s.Param == param {
			all = append(all, s.Steps)
		}
	}
	return all
}

// viewer shows a value without what is sensitive in it: where the steps lead to.
type viewer [][][]string

func viewOf(v reflect.Value, w viewer, depth int) any {
	for range shownDepth { // a pointer may lead to itself
		if v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
			break
		}
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return nil
	case w.hides(v.Type()):
		return Hidden
	case isText(v.Type()), isOpaque(v.Type()), v.Kind() < reflect.Array, v.Kind() == reflect.String, depth == 0:
		return w.leaf(v)
	case v.Kind() == reflect.Map:
		return w.entries(v, depth)
	case v.Kind() == reflect.Struct:
		return w.fields(v, depth)
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Array:
		return w.elements(v, depth)
	default:
		return "a " + v.Type().String()
	}
}

// hides reports whether a value is sensitive, or holds what is, nobody knows where.
func (w viewer) hides(t reflect.Type) bool {
	return slices.ContainsFunc(w, func(steps [][]string) bool { return len(steps) == 0 || saysNothing(t) })
}

// into returns what is sensitive below a name.
func (w viewer) into(names ...string) (below viewer) {
	for _, steps := range w {
		if slices.ContainsFunc(names, func(n string) bool { return named(steps[0], n) }) {
			below = append(below, steps[1:])
		}
	}
	return below
}

// leaf shows a value whose inside is not looked at.
func (w viewer) leaf(v reflect.Value) any {
	if len(w) > 0 {
		return Hidden
	}
	switch {
	case isText(v.Type()):
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return "a " + v.Type().String()
		}
		return clipped(string(text))
	case v.Kind() == reflect.String:
		return clipped(v.String())
	case isBytes(v.Type()):
		return fmt.Sprintf("(%d bytes)", v.Len())
	case v.Kind() > reflect.Invalid && v.Kind() < reflect.Array && !isOpaque(v.Type()):
		return v.Interface()
	default:
		return "a " + v.Type().String()
	}
}

func (w viewer) entries(v reflect.Value, depth int) any {
	shown := make(map[string]any, min(v.Len(), shownElements))
	for iterator := v.MapRange(); iterator.Next() && len(shown) < shownElements; {
		key := fmt.Sprint(iterator.Key())
		shown[clipped(key)] = viewOf(iterator.Value(), w.into(key), depth-1)
	}
	return shown
}

func (w viewer) fields(v reflect.Value, depth int) any {
	shown := make(map[string]any)
	for _, f := range reflect.VisibleFields(v.Type()) {
		names := fieldNames(f)
		if len(names) == 0 {
			continue
		}
		inner, err := v.FieldByIndexErr(f.Index)
		if err != nil {
			continue // in an embedded pointer that is nil
		}
		below := w.into(names...)
		if _, flat := f.Tag.Lookup("body"); flat {
			below = append(below, w...)
		}
		shown[names[0]] = viewOf(inner, below, depth-1)
	}
	return shown
}

func (w viewer) elements(v reflect.Value, depth int) any {
	shown := make([]any, 0, min(v.Len(), shownElements))
	for i := range min(v.Len(), shownElements) {
		shown = append(shown, viewOf(v.Index(i), w, depth-1))
	}
	if v.Len() > shownElements {
		shown = append(shown, fmt.Sprintf("(%d more)", v.Len()-shownElements))
	}
	return shown
}

// isText reports whether values of t are text in a message.
func isText(t reflect.Type) bool { return t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) }

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// isOpaque reports whether nothing can be said of what is in values of t: they are bytes,
// documents, or no data at all.
func isOpaque(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	case reflect.Struct:
		return t.Implements(documentType) || slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return f.Type.Kind() == reflect.Func || f.Type.Kind() == reflect.Chan
		})
	default:
		return isBytes(t)
	}
}

func clipped(text string) string {
	if len(text) <= shownText {
		return text
	}
	end := shownText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
