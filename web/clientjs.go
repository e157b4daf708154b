package web

import (
	"bytes"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/web/client"
)

// clientPath is where pages find the JavaScript client of websockets.
const clientPath = "/svc/client.js"

func serveClient(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache") // it is that of the server, whose version may change
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(client.Module))
}
