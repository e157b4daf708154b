package apidoc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// RawOperation is an operation that is known by JSON Schemas only. They come
// over the network: one that is malformed, too big, too deep, or refers to what
// is not in it is left out, and the operation stands without.
type RawOperation struct {
	ID, Tag, Summary string
	Input, Output    json.RawMessage // nil for none
}

// longestText bounds the id, tag and summary of a RawOperation.
const longestText = 256

// AddRaw adds o at verb and path, which has no wildcards. The definitions of its
// schemas become components of the document.
func (d *Document) AddRaw(verb, path string, o RawOperation) error {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "{}?# ") {
		return fmt.Errorf("have path %q, want one that begins with / and has no wildcards", path)
	}
	o.ID, o.Tag, o.Summary = cut(o.ID), cut(o.Tag), cut(o.Summary)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = nil
	op := &huma.Operation{
		OperationID: o.ID, Summary: o.Summary, Tags: tags(o.Tag),
		Responses: map[string]*huma.Response{"default": typed.Problem()},
	}
	if s := d.take(o.Input, cmp.Or(o.Tag, "service"), o.ID+".input"); s != nil {
		op.RequestBody = &huma.RequestBody{Content: jsonContent(s)}
	}
	op.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK)}
	if s := d.take(o.Output, cmp.Or(o.Tag, "service"), o.ID+".output"); s != nil {
		op.Responses["200"].Content = jsonContent(s)
	}
	d.add(verb, path, op)
	return nil
}

func cut(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), longestText)], "")
}

func jsonContent(schema json.RawMessage) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{
		"application/json": {Extensions: map[string]any{"schema": schema}},
	}
}

// take moves a schema into the document and returns what stands in its place,
// nil for one that is not taken. Names begin with tag.
func (d *Document) take(schema json.RawMessage, tag, root string) json.RawMessage {
	i, err := newImporter(schema)
	if err != nil {
		return nil
	}
	// Schemas of one service name the same types; other types of the same name
	// get a number.
	for try := 1; try <= maxTries; try++ {
		taken, moved, err := i.rewrite(func(name string) string { return componentName(tag, name, try) }, componentName("", root, try))
		if err != nil {
			return nil
		}
		if d.fits(moved) {
			maps.Copy(d.raw, moved)
			return taken
		}
	}
	return nil
}

// maxTries is how many types may share one name.
const maxTries = 64

func (d *Document) fits(moved map[string]json.RawMessage) bool {
	for name, s := range moved {
		if have, ok := d.raw[name]; ok && string(have) != string(s) {
			return false
		}
	}
	return true
}

// componentName makes a name that OpenAPI allows. The dot in it keeps it apart
// from the names of types of this program.
func componentName(tag, name string, try int) string {
	plain := func(s string) string {
		return strings.Map(func(c rune) rune {
			if strings.ContainsRune("._-", c) || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
				return c
			}
			return '_'
		}, s)
	}
	full := plain(name)
	if tag != "" {
		full = plain(tag) + "." + full
	}
	if try > 1 {
		full += fmt.Sprintf(".%d", try)
	}
	return full
}
