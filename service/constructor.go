package service

import (
	"log/slog"
	"reflect"
	"slices"

	"go.uber.org/fx"

	"github.com/enoki-go/enoki/config"
)

// constructor is a plain function given to Provide.
type constructor struct {
	function reflect.Value
	name     string
}

var errorType = reflect.TypeFor[error]()

func (c *constructor) run(args []reflect.Value) (out []reflect.Value, err error) {
	err = guarded(func() error {
		if c.function.Type().IsVariadic() {
			out = c.function.CallSlice(args)
		} else {
			out = c.function.Call(args)
		}
		last := out[len(out)-1]
		if last.Type() == errorType && !last.IsNil() {
			return last.Interface().(error)
		}
		return nil
	})
	if out == nil {
		out = c.zeros()
	}
	return out, err
}

func (c *constructor) zeros() []reflect.Value {
	var all []reflect.Value
	for t := range c.function.Type().Outs() {
		all = append(all, reflect.Zero(t))
	}
	return all
}

// usesFx reports whether a constructor has parameter or result structs of fx.
func usesFx(t reflect.Type) bool {
	return slices.ContainsFunc(parameters(t), embeds[fx.In]) || slices.ContainsFunc(results(t), embeds[fx.Out])
}

// embeds reports whether t is a struct that embeds T.
func embeds[T any](t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		if f.Anonymous && (f.Type == reflect.TypeFor[T]() || embeds[T](f.Type)) {
			return true
		}
	}
	return false
}

// parameters leaves a variadic one out: fx does not fill it.
func parameters(t reflect.Type) []reflect.Type {
	all := slices.Collect(t.Ins())
	if t.IsVariadic() {
		return all[:len(all)-1]
	}
	return all
}

func results(t reflect.Type) []reflect.Type {
	var all []reflect.Type
	for r := range t.Outs() {
		if r != errorType {
			all = append(all, r)
		}
	}
	return all
}

// builtin are the types that every constructor can have.
var builtin = []reflect.Type{
	reflect.TypeFor[fx.Lifecycle](), reflect.TypeFor[*slog.Logger](), reflect.TypeFor[*config.Config](),
	reflect.TypeFor[fx.Shutdowner](), reflect.TypeFor[fx.DotGraph](),
}
