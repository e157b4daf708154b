package typed

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/enoki-go/enoki/codec"
)

// A body is how the body of a request is read.
type body struct {
	place

	t        reflect.Type // of what is decoded
	raw      bool         // []byte or string as it comes
	optional bool
	copies   []place // where the fields of t go; nil where t goes to place itself
	check    *check
	schema   *huma.Schema
	presets  []preset
	form     []source // of the fields of t
	noForm   []field  // those that no form can hold
	isRecord bool
}

// A bodyField is a member of the body, and where it goes.
type bodyField struct {
	field

	at place
}

// wholeBody reads the body into a t at at.
func (p *planner) wholeBody(t reflect.Type, at place, optional bool) {
	plain := deref(t)
	b := &body{place: at, t: t, optional: optional || t.Kind() == reflect.Pointer}
	p.b.body = b
	if plain != reflect.TypeFor[json.RawMessage]() && !writesItself(plain) && !provides(plain) {
		b.raw = isBytes(plain) || plain.Kind() == reflect.String
	}
	if !b.raw {
		p.structure(b)
	}
}

// membersBody reads an object into a struct made for it, and copies its fields.
// The parameter itself is not what is decoded into: a member named as one of its
// fields could then stand in for a header.
func (p *planner) membersBody(fields []bodyField) {
	b := &body{}
	made := make([]reflect.StructField, len(fields))
	for i, f := range fields {
		tag := fmt.Sprintf("json:%q %s", strings.TrimSuffix(f.name+","+strings.Join(f.Flags, ","), ","), f.Tag)
		made[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: f.Type, Tag: reflect.StructTag(tag)}
		b.copies = append(b.copies, f.at)
	}
	b.t = reflect.StructOf(made)
	p.b.body = b
	p.structure(b)
}

// structure gives b its schema, its check, its defaults and its form.
func (p *planner) structure(b *body) {
	schema, err := p.reg.schemaOf(b.t, p.m.Summary+"Body")
	if err == nil {
		b.schema = schema
		b.check, err = p.reg.checkOf(schema)
	}
	if err != nil {
		p.errs = append(p.errs, err)
		return
	}
	if b.isRecord = isRecord(b.t); !b.isRecord {
		return
	}
	b.presets, err = p.reg.presetsOf(deref(b.t), nil)
	if err != nil {
		p.errs = append(p.errs, err)
		return
	}
	p.formOf(b)
}

// decode reads data into the parameters.
func (b *body) decode(contentType string, data []byte, into []any, f *findings) {
	if b.raw {
		b.decodeRaw(data, into, f)
		return
	}
	form, c, err := codecOf(contentType, data)
	switch {
	case len(data) == 0:
		b.empty(into, f)
	case err != nil:
		f.add("header.Content-Type", err.Error())
	case form:
		b.decodeForm(data, into, f)
	default:
		v := b.target(into)
		b.decodeValue(c, data, v, f)
		b.spread(v, into)
	}
}

func (b *body) decodeRaw(data []byte, into []any, f *findings) {
	if len(data) == 0 && b.optional {
		return
	}
	v := allocated(b.of(into))
	if v.Kind() != reflect.String {
		v.SetBytes(append([]byte{}, data...))
		return
	}
	if !utf8.Valid(data) {
		f.add("body", "have bytes that are no text, want text in UTF-8")
		return
	}
	v.SetString(string(data))
}

// codecOf returns how the body is decoded; form says that it is a form.
func codecOf(contentType string, data []byte) (form bool, c codec.Codec, err error) {
	switch contentType {
	case "", "application/json":
		return false, codec.JSON, nil
	}
	media, _, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && strings.HasSuffix(media, "+json"):
		return false, codec.JSON, nil
	case media == "application/x-www-form-urlencoded" && len(data) > 0 && (data[0] == '{' || data[0] == '['):
		return false, codec.JSON, nil // what curl -d sends
	case media == "application/x-www-form-urlencoded":
		return true, nil, nil
	}
	c, err = codec.For(contentType)
	return false, c, err
}

// empty reads a request without a body: as an empty object where there are
// fields, for none of them may be needed.
func (b *body) empty(into []any, f *findings) {
	if b.optional || b.check.nullable {
		return
	}
	f.start("body")
	if !b.isRecord {
		f.say("is missing, want " + b.check.wants())
		return
	}
	b.check.value(map[string]any{}, f)
	v := b.target(into)
	b.preset(allocated(v))
	b.spread(v, into)
}

// target returns what is decoded into: the parameter or field itself, or a new
// struct whose fields are copied afterwards.
func (b *body) target(into []any) reflect.Value {
	if b.copies != nil {
		return reflect.New(b.t).Elem()
	}
	return b.of(into)
}

func (b *body) spread(v reflect.Value, into []any) {
	for i, at := range b.copies {
		at.of(into).Set(v.Field(i))
	}
}

func (b *body) decodeValue(c codec.Codec, data []byte, v reflect.Value, f *findings) {
	var tree any
	if err := c.Decode(data, &tree); err != nil {
		f.put("body", refusal(err))
		return
	}
	if c != codec.JSON {
		tree = codec.Normalise(tree)
	}
	before := len(f.details)
	f.start("body")
	if b.check.value(tree, f); len(f.details) > before {
		return
	}
	if tree != nil && b.isRecord {
		b.preset(allocated(v))
	}
	if err := c.Decode(data, v.Addr().Interface()); err != nil {
		f.mismatch(err)
	}
}

// refusal says what a codec has against a message.
func refusal(err error) string {
	if bad, ok := errors.AsType[*codec.MalformedError](err); ok {
		return fmt.Sprintf("have a malformed message, at byte %d: %s", bad.Offset, bad.Reason)
	}
	return err.Error()
}

// mismatch notes that a value did not fit its Go type.
func (f *findings) mismatch(err error) {
	m, ok := errors.AsType[*codec.MismatchError](err)
	if !ok {
		f.add("body", refusal(err))
		return
	}
	where := strings.TrimPrefix(strings.TrimPrefix(m.Place, "field "), "element ")
	if where != "" && !strings.HasPrefix(where, "[") {
		where = "." + where
	}
	message, cause := "have "+m.Have+", want "+m.Want, m.Unwrap()
	if _, hidden := f.hidden("body" + where); hidden {
		cause = nil // it speaks of the value
	}
	if cause != nil && where == "" {
		message = "have a value that its type refuses: " + cause.Error() // which of them, the library does not say
	} else if cause != nil {
		message += ": " + cause.Error()
	}
	f.add("body"+where, message)
}

// mayBeEmpty reports whether a request without a body is good.
func (b *body) mayBeEmpty() bool {
	if b.raw || b.optional || b.check.nullable || !b.isRecord {
		return b.raw || b.optional || b.check.nullable
	}
	var f findings
	f.start("body")
	b.check.value(map[string]any{}, &f)
	return len(f.details) == 0
}
