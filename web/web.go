// Package web serves HTTP: methods of services as routes and over websockets, with
// OpenAPI, Swagger UI, health and static files, all on one server for the process.
//
//	type Orders struct {
//		_ web.Route `method:"Create" route:"POST /orders" status:"201"`
//		_ web.Route `method:"Show" route:"GET /orders/{id}"`
//	}
//
// Routes are patterns of net/http. A method is typed, func(ctx, In) (Out, error), where
// the parameters come from path, query, headers and body, or raw, func(w, r) error. It
// runs on a worker of its service, as all methods do.
//
// The configuration section web says where the server listens, see docs/web.md.
package web

import "log/slog"

// Host is the part of a container that the server needs: hosts of entrypoints and those
// of dependencies have it.
type Host interface {
	Service() string
	Config(section string, into any) error
	Shared(key any, build func() (any, error)) (any, error)
	Logger() *slog.Logger
}

// Data is context data: it travels with every call made on behalf of a request.
type Data = map[string]string
