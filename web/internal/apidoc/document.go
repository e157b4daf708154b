// Package apidoc describes what a program serves over HTTP as an OpenAPI 3.1
// document, for programs and for people.
package apidoc

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/swaggest/swgui/v5emb"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// Document collects operations. All methods may be called from many goroutines.
// An operation that was added is not to be changed any more.
type Document struct {
	title, version string
	registry       *typed.Registry

	mu      sync.Mutex        // guards what follows
	paths   map[string]string // shape of a path → its spelling
	entries []entry
	raw     map[string]json.RawMessage // schemas that no type of this program stands behind
	guards  map[string]string          // schemes of authentication by tag
	text    []byte                     // what JSON returned; nil after a change
}

// Operation describes one route.
type Operation = huma.Operation

// An entry is one operation of the document.
type entry struct {
	verb, path string
	op         *huma.Operation
}

// New returns a document without operations.
func New(title, version string) *Document {
	return &Document{
		title: title, version: version, registry: typed.NewRegistry(),
		paths: map[string]string{}, raw: map[string]json.RawMessage{}, guards: map[string]string{},
	}
}

// Registry returns where the schemas of the operations belong.
func (d *Document) Registry() *typed.Registry { return d.registry }

// everyVerb is what a pattern without a verb stands for.
var everyVerb = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Add adds an operation at a pattern of net/http. A host in the pattern is left
// out, and so is an operation at a path and verb that have one already: patterns
// may differ by host, paths of a document cannot. Without a verb the operation
// stands under GET, POST, PUT, PATCH and DELETE; one that OpenAPI has no place
// for is left out.
func (d *Document) Add(verb, pattern string, op *huma.Operation) error {
	if v, rest, ok := strings.Cut(pattern, " "); ok {
		verb, pattern = cmp.Or(verb, v), strings.TrimLeft(rest, " \t")
	}
	path, err := pathOf(pattern)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = nil
	if verb != "" {
		d.add(verb, path, op)
		return nil
	}
	for _, v := range everyVerb {
		d.add(v, path, op)
	}
	return nil
}

// Plain describes a route whose requests and answers only its method knows: the
// operation has the wildcards of the path and no schemas.
func Plain(m typed.Method) *huma.Operation {
	op := &huma.Operation{
		OperationID: m.Tag + "." + m.Summary, Summary: m.Summary, Tags: tags(m.Tag),
		Responses: map[string]*huma.Response{"default": {Description: "What the method writes."}},
	}
	for _, name := range m.Wildcards {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	return op
}

// Guard says with which scheme of HTTP, such as "bearer", the clients of a tag say who
// they are: on the operations whose Security names the tag. Where nobody guards a tag,
// that means nothing.
func (d *Document) Guard(tag, scheme string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guards[tag], d.text = scheme, nil
}

func tags(tag string) []string {
	if tag == "" {
		return nil
	}
	return []string{tag}
}

// add puts op at verb and path, under the path's first spelling: to OpenAPI
// /x/{id} and /x/{name} are one path.
func (d *Document) add(verb, path string, op *huma.Operation) {
	if !slices.Contains(documented, verb) {
		return
	}
	shape := shapeOf(path)
	if first, ok := d.paths[shape]; ok && first != path {
		op, path = renamed(op, wildcardsOf(path), wildcardsOf(first)), first
	}
	d.paths[shape] = path
	if slices.ContainsFunc(d.entries, func(e entry) bool { return e.verb == verb && e.path == path }) {
		return
	}
	copied := *op
	if op = &copied; !mayCarryBody(verb) {
		op.RequestBody = nil
	}
	d.entries = append(d.entries, entry{verb, path, op})
}

// documented are the verbs that OpenAPI has a place for.
var documented = append([]string{http.MethodHead, http.MethodOptions, http.MethodTrace}, everyVerb...)

func mayCarryBody(verb string) bool {
	return verb == http.MethodPost || verb == http.MethodPut || verb == http.MethodPatch
}

// Empty reports whether no operation was added.
func (d *Document) Empty() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.entries) == 0
}

// JSON returns the document. The same operations, added in the same order, give
// the same bytes.
func (d *Document) JSON() ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.text != nil {
		return d.text, nil
	}
	text, err := json.Marshal(d.tree())
	if err != nil {
		return nil, fmt.Errorf("write OpenAPI document: %w", err)
	}
	d.text = text
	return text, nil
}

// Spec returns the handler of the document itself.
func (d *Document) Spec() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := d.JSON()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		sum := sha256.Sum256(text)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache") // ask each time; the tag answers
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	})
}

// UI returns the handler of pages below base, such as /apidocs/, that show the
// document at the URL spec. All that they load comes from this binary.
func (d *Document) UI(base, spec string) http.Handler {
	return v5emb.NewHandler(d.title, spec, base)
}
