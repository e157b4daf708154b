package service

import (
	"log/slog"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
)

// Option adds something to an application.
type Option func(*App)

// With hosts services: pointers to service structs. A field that is set already
// keeps its value and is not filled; one with a tag config holds the defaults of
// the section. The same pointer given twice is hosted
// once. Options and slices of them may stand among the services.
func With(services ...any) Option {
	return func(a *App) {
		for _, s := range services {
			a.with(s)
		}
	}
}

func (a *App) with(service any) {
	switch s := service.(type) {
	case Option:
		s(a)
	case []Option:
		for _, o := range s {
			o(a)
		}
	default:
		if !a.hosts(s) {
			a.structs = append(a.structs, s)
		}
	}
}

// Provide gives constructors of singletons, as fx.Provide does: functions whose
// parameters are the results of other constructors (or fx.Lifecycle, *slog.Logger,
// *config.Config), and whose results fill the fields of their types. They run
// when the application is made; what they append to fx.Lifecycle runs around
// the services. A package that `svc run` starts gives them in an exported
// function Options:
//
//	func Options() []service.Option {
//		return []service.Option{service.Provide(NewRepository)}
//	}
func Provide(constructors ...any) Option {
	return func(a *App) { a.constructors = append(a.constructors, constructors...) }
}

// Lend makes p the provider of all fields of type T.
func Lend[T any](p dependency.Provider) Option {
	return func(a *App) { a.lent[reflect.TypeFor[T]()] = p }
}

// Use adds middleware; the first added is the outermost.
func Use(m ...Middleware) Option {
	return func(a *App) { a.middleware = append(a.middleware, m...) }
}

// Observe adds an observer of everything that happens.
func Observe(o Observer) Option {
	return func(a *App) { a.observers = append(a.observers, o) }
}

// Trace has t told of everything that leaves the process; middleware sees what arrives.
func Trace(t dependency.Tracer) Option {
	return func(a *App) { a.tracer = t }
}

// Logger sets the logger; the default is slog.Default.
func Logger(l *slog.Logger) Option {
	return func(a *App) { a.logger = l }
}
