package typed

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
	typeText = "text/plain"
	typeBlob = "application/octet-stream"
)

// operation describes the route for the document.
func (p *planner) operation() *huma.Operation {
	op := &huma.Operation{
		Method: p.m.Verb, Path: p.m.Path, OperationID: p.m.Tag + "." + p.m.Summary, Summary: p.m.Summary,
		Parameters: p.params, RequestBody: p.requestBody(),
		Responses: map[string]*huma.Response{"default": Problem()},
	}
	if p.m.Tag != "" {
		op.Tags = []string{p.m.Tag}
	}
	status := p.status()
	op.DefaultStatus = status
	op.Responses[strconv.Itoa(status)] = &huma.Response{
		Description: http.StatusText(status), Content: p.content(status),
	}
	return op
}

func (p *planner) status() int {
	switch {
	case p.m.Status != 0:
		return p.m.Status
	case len(p.m.Out) == 0:
		return http.StatusNoContent
	default:
		return http.StatusOK
	}
}

func (p *planner) requestBody() *huma.RequestBody {
	b := p.b.body
	if b == nil {
		return nil
	}
	content := map[string]*huma.MediaType{}
	switch {
	case !b.raw:
		content[typeJSON] = &huma.MediaType{Schema: b.schema}
		if b.form != nil && len(b.noForm) == 0 {
			content[typeForm] = &huma.MediaType{Schema: b.schema}
		}
	case deref(b.t).Kind() == reflect.String:
		content[typeText] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	default:
		content[typeBlob] = &huma.MediaType{Schema: &huma.Schema{}}
	}
	return &huma.RequestBody{Content: content, Required: !b.raw && !b.mayBeEmpty()}
}

// content describes what a call is answered with.
func (p *planner) content(status int) map[string]*huma.MediaType {
	if len(p.m.Out) == 0 || p.m.Verb == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		return nil
	}
	out := p.m.Out
	if inner, ok := replyBody(out[0]); ok && len(out) == 1 {
		out = []reflect.Type{inner}
	}
	if len(out) > 1 {
		return map[string]*huma.MediaType{typeJSON: {Schema: p.tuple(out)}}
	}
	switch t := out[0]; {
	case t == reflect.TypeFor[string]():
		return map[string]*huma.MediaType{typeText: {Schema: &huma.Schema{Type: huma.TypeString}}}
	case t == reflect.TypeFor[[]byte]():
		return map[string]*huma.MediaType{typeBlob: {Schema: &huma.Schema{}}}
	case t.Kind() == reflect.Struct && t.NumField() == 0:
		return map[string]*huma.MediaType{typeJSON: {Schema: &huma.Schema{Type: huma.TypeObject}}}
	default:
		return map[string]*huma.MediaType{typeJSON: {Schema: p.result(t, "Result")}}
	}
}

func (p *planner) result(t reflect.Type, hint string) *huma.Schema {
	s, err := p.reg.schemaOf(t, p.m.Summary+hint)
	if err != nil {
		p.fail("result: %w", err)
		return &huma.Schema{}
	}
	return s
}

// tuple describes several results, which travel as an array.
func (p *planner) tuple(out []reflect.Type) *huma.Schema {
	each := make([]*huma.Schema, len(out))
	for i, t := range out {
		each[i] = p.result(t, fmt.Sprintf("Result%d", i+1))
	}
	return &huma.Schema{
		Type: huma.TypeArray, MinItems: new(len(out)), MaxItems: new(len(out)),
		Extensions: map[string]any{"prefixItems": each},
	}
}

// replyBody returns what a reply carries: T of a struct that is exactly
// {Status int; Header http.Header; Body T}.
func replyBody(t reflect.Type) (reflect.Type, bool) {
	t = deref(t)
	if t.Kind() != reflect.Struct || t.NumField() != 3 {
		return nil, false
	}
	status, header, inner := t.Field(0), t.Field(1), t.Field(2)
	ok := status.Name == "Status" && status.Type == reflect.TypeFor[int]() &&
		header.Name == "Header" && header.Type == reflect.TypeFor[http.Header]() && inner.Name == "Body"
	return inner.Type, ok
}
