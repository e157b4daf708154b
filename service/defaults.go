package service

import (
	"runtime"

	"github.com/enoki-go/enoki/config"
)

// defaults is configuration that a program brings along.
type defaults struct{ at, text string }

// Defaults gives configuration, as YAML, that holds where no file, environment or
// --define says otherwise. Of several the later wins. It is for what a program needs
// to run as it comes, such as the port of an HTTP API:
//
//	func Options() []service.Option {
//		return []service.Option{service.Defaults("web: {port: 5000}")}
//	}
//
// The process reads it, not svc: what svc itself has to know, such as broker.url,
// belongs into a file.
func Defaults(text string) Option {
	_, file, line, _ := runtime.Caller(1)
	at := "defaults of " + shortPath(file, line)
	return func(a *App) { a.defaults = append(a.defaults, defaults{at, text}) }
}

// addDefaults puts what Defaults says below the configuration.
func (a *App) addDefaults(m *mistakes) {
	var sources []config.Option
	for _, d := range a.defaults {
		sources = append(sources, config.Text(d.at, d.text))
	}
	below, err := config.Load(sources...)
	if err != nil {
		m.add("service.Defaults", err)
		return
	}
	a.config = a.config.Above(below)
}
