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
// The process reads it, not svc, and after it has its logger: what svc has to know, such
// as broker.url, and the section log belong into a file.
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
	var log map[string]any
	if err := below.Section("log", &log); err != nil || len(log) > 0 {
		m.addf("service.Defaults", "have the section log, which is read before; want it in a configuration file")
	}
	a.config = a.config.Above(below)
}
