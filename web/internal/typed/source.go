package typed

import (
	"net/textproto"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// A place is where in the parameters a value goes.
type place struct {
	param int
	index []int // of a field; nil for the parameter itself
}

func (p place) of(into []any) reflect.Value {
	v := reflect.ValueOf(into[p.param]).Elem()
	if len(p.index) == 0 {
		return v
	}
	return inside(v, p.index)
}

// A source is a parameter that is read from text.
type source struct {
	place

	in, name, location string
	read               reader // of one element, for lists
	list               bool
	required           bool
	view               reflect.Kind // of what its check sees of one element
	preset             []string     // texts of the default; nil for none
	check              *check       // nil where every text that can be read is good
}

// text adds a parameter that is read from text to list.
func (p *planner) text(list *[]source, in string, f field, at place, required bool) {
	s := source{place: at, in: in, name: f.name, location: in + "." + f.name, required: required}
	switch in {
	case "form":
		s.location = "body." + f.name
	case "header":
		s.name = textproto.CanonicalMIMEHeaderKey(f.name)
	}
	elem := f.Type
	if s.list = isList(f.Type); s.list {
		elem = deref(f.Type).Elem()
		s.required = required && f.Tag.Get("required") == "true"
	}
	if s.read = readerOf(elem); s.read == nil {
		p.fail("%s: have type %s, which cannot be read from the text of a %s value; want text, a number, a bool, "+
			"a time.Duration, a type with UnmarshalText, or a list of one of these", f.Name, f.Type, in)
		return
	}
	s.view = plainType(elem).Kind()
	p.describe(&s, f)
	if in == "path" {
		p.taken[f.name] = true
	}
	p.b.hasQuery = p.b.hasQuery || in == "query"
	*list = append(*list, s)
}

// describe gives s its check and default, and the document its parameter.
func (p *planner) describe(s *source, f field) {
	sf := f.StructField
	sf.Type, sf.Tag = plainType(f.Type), `default:"" `+f.Tag // ours is read below, as text
	schema, err := p.reg.schemaOfField(sf, p.m.Summary+f.Name)
	if err != nil {
		p.errs = append(p.errs, err)
		return
	}
	schema.Nullable = false
	c, err := p.reg.checkOf(schema)
	if err != nil {
		p.fail("%s: %w", f.Name, err)
		return
	}
	if !c.free() {
		s.check = c
	}
	explainText(schema, f.Type)
	p.setPreset(s, f, schema)
	p.param(s, f, schema)
}

// setPreset reads the default once, so that a request cannot be what finds it wrong.
func (p *planner) setPreset(s *source, f field, schema *huma.Schema) {
	text, ok := f.Tag.Lookup("default")
	if !ok || s.in == "form" {
		return // the body has its defaults before a form is read
	}
	s.preset, s.required = []string{text}, false
	var found findings
	v := reflect.New(f.Type).Elem()
	s.store(s.preset, v, &found)
	if len(found.details) > 0 {
		p.fail("field %s: tag default:%q: %s", f.Name, text, found.details[0].Message)
		return
	}
	if !s.list {
		schema.Default = s.seen(text, v)
		return
	}
	schema.Default = s.seenAll(split(s.preset), allocated(v))
}

func (p *planner) param(s *source, f field, schema *huma.Schema) {
	if s.in == "header" && (s.name == "Accept" || s.name == "Content-Type" || s.name == "Authorization") || s.in == "form" {
		return // OpenAPI describes these elsewhere
	}
	description := schema.Description
	schema.Description = ""
	p.params = append(p.params, &huma.Param{
		Name: f.name, In: s.in, Description: description, Required: s.required || s.in == "path",
		Deprecated: schema.Deprecated, Schema: schema,
	})
}

// explainText says what of the text a client cannot see from its type.
func explainText(s *huma.Schema, t reflect.Type) {
	if t = deref(t); isList(t) {
		s, t = s.Items, deref(t.Elem())
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		s.Format = "date-time"
	case reflect.TypeFor[time.Duration]():
		if s.Examples == nil {
			s.Examples = []any{"1m30s"}
		}
	}
}
