package service

import "log/slog"

// Extended is the application as an extension sees it.
type Extended interface {
	// Service returns "": an extension belongs to all of them.
	Service() string
	// Config decodes a section of the configuration into the struct that into points
	// to, which holds the defaults. Unknown keys are errors.
	Config(section string, into any) error
	// Shared returns the one value of this process under key, as dependency.Host has it.
	Shared(key any, build func() (any, error)) (any, error)
	// Logger returns the logger of the application.
	Logger() *slog.Logger
}

// Extend has f called once all services are declared, before anything starts: it may add
// to what they share, such as a handler to their HTTP server. What runs in the background
// is a shared value with Start and Stop. An error of f is a mistake like any other, of
// the extension with that name.
func Extend(name string, f func(Extended) error) Option {
	return func(a *App) { a.extensions = append(a.extensions, extension{name, f}) }
}

type extension struct {
	name string
	f    func(Extended) error
}

func (a *App) extend(m *mistakes) {
	for _, e := range a.extensions {
		if err := guarded(func() error { return e.f(extended{a}) }); err != nil {
			m.add(e.name, err)
		}
	}
}

// extended is an application without a service.
type extended struct{ app *App }

func (extended) Service() string        { return "" }
func (e extended) Logger() *slog.Logger { return e.app.logger }

func (e extended) Config(section string, into any) error { return e.app.config.Section(section, into) }

func (e extended) Shared(key any, build func() (any, error)) (any, error) {
	return e.app.shared.get(key, build)
}
