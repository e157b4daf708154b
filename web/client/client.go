// Package client is the JavaScript client of websockets.
package client

import _ "embed"

// Module is enoki.js, an ES module that needs no build step. The web server gives it
// to pages at /svc/client.js; its own comments say how it is used. Not to be changed.
//
//go:embed enoki.js
var Module []byte
