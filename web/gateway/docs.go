package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/web/internal/apidoc"
)

const (
	specPath = "/openapi.json"
	uiPath   = "/apidocs/"
)

// docs makes documents of the methods that are live.
type docs struct {
	title string
	ui    http.Handler // shows whichever is served

	mu     sync.Mutex // guards what follows
	last   *apidoc.Document
	digest [sha256.Size]byte // of the table that the last one is of
}

func newDocs(title string) *docs {
	d := &docs{title: title, last: apidoc.New(title, docVersion)}
	d.ui = d.last.UI(uiPath, specPath)
	return d
}

// docVersion is that of the document, not of a service: they have their own.
const docVersion = "1.0.0"

// Document returns the OpenAPI document of the methods of all services that run, as a
// gateway of that title serves it at /openapi.json: nil where nothing can be called.
func Document(ctx context.Context, conn *broker.Conn, title string) (json.RawMessage, error) {
	infos, err := conn.Discover(ctx, "")
	if err != nil {
		return nil, err
	}
	t := tabulate(scan(infos, conn.Namespace(), time.Now()), nil)
	if len(t.callable()) == 0 {
		return nil, nil
	}
	return newDocs(title).of(t).JSON()
}

// of returns the document of a table; of the same methods, the same one.
func (d *docs) of(t *table) *apidoc.Document {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.digest == t.digest {
		return d.last
	}
	d.last, d.digest = apidoc.New(d.title, docVersion), t.digest
	for _, name := range t.callable() {
		for _, m := range t.methodsOf(name) {
			schemas := t.services[name].methods[m]
			_ = d.last.AddRaw(http.MethodPost, "/"+name+"/"+m, apidoc.RawOperation{ // cannot fail: names have no wildcards
				ID: name + "." + m, Tag: name, Summary: m, Input: schemas.input, Output: schemas.output,
			})
		}
	}
	return d.last
}
