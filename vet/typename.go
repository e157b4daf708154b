package vet

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// typeName returns a type as package reflect writes it, which is how the errors of the
// start do: with the names of packages, and without those of parameters.
func typeName(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return types.Typ[t.Kind()].Name() // byte is uint8
	case *types.Pointer:
		return "*" + typeName(t.Elem())
	case *types.Slice:
		return "[]" + typeName(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), typeName(t.Elem()))
	case *types.Map:
		return "map[" + typeName(t.Key()) + "]" + typeName(t.Elem())
	case *types.Chan:
		return [...]string{"chan ", "chan<- ", "<-chan "}[t.Dir()] + typeName(t.Elem())
	case *types.Named:
		return namedName(t)
	case *types.Signature:
		return "func" + parameters(t) + results(t.Results())
	case *types.Struct:
		return structName(t)
	case *types.Interface:
		if t.Empty() {
			return "interface {}"
		}
	}
	return types.TypeString(t, (*types.Package).Name)
}

func namedName(t *types.Named) string {
	name := t.Obj().Name()
	if p := t.Obj().Pkg(); p != nil {
		name = p.Name() + "." + name
	}
	if t.TypeArgs().Len() == 0 {
		return name
	}
	var args []string
	for arg := range t.TypeArgs().Types() {
		args = append(args, strings.ReplaceAll(types.TypeString(arg, (*types.Package).Path), "any", "interface {}"))
	}
	return name + "[" + strings.Join(args, ",") + "]"
}

func parameters(sig *types.Signature) string {
	all := names(sig.Params())
	if sig.Variadic() {
		last := len(all) - 1
		all[last] = "..." + strings.TrimPrefix(all[last], "[]")
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func results(t *types.Tuple) string {
	all := names(t)
	switch len(all) {
	case 0:
		return ""
	case 1:
		return " " + all[0]
	default:
		return " (" + strings.Join(all, ", ") + ")"
	}
}

func names(t *types.Tuple) []string {
	all := make([]string, t.Len())
	for i := range all {
		all[i] = typeName(t.At(i).Type())
	}
	return all
}

func structName(t *types.Struct) string {
	var fields []string
	for i := range t.NumFields() {
		f := t.Field(i)
		text := typeName(f.Type())
		if !f.Embedded() {
			text = f.Name() + " " + text
		}
		if t.Tag(i) != "" {
			text += " " + strconv.Quote(t.Tag(i))
		}
		fields = append(fields, text)
	}
	if len(fields) == 0 {
		return "struct {}"
	}
	return "struct { " + strings.Join(fields, "; ") + " }"
}
