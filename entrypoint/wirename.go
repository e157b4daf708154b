package entrypoint

import "github.com/enoki-go/enoki/internal/snake"

// WireName returns the name that a Go name has on the wire, which is snake_case:
// GetUserID is get_user_id, HTTPServer is http_server.
func WireName(name string) string { return snake.Case(name) }
