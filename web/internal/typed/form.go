package typed

import (
	"net/url"
	"reflect"
)

// formOf settles how the fields are read from a form.
func (p *planner) formOf(b *body) {
	for _, f := range members(deref(b.t)) {
		elem := f.Type
		if isList(elem) {
			elem = deref(elem).Elem()
		}
		if !isText(elem) {
			b.noForm = append(b.noForm, f)
			continue
		}
		p.text(&b.form, "form", f, place{index: f.Index}, f.required())
	}
}

// decodeForm reads a form into the fields of the body. What it has beside them
// is ignored, as it is in an object.
func (b *body) decodeForm(data []byte, into []any, f *findings) {
	if !b.isRecord {
		f.add("header.Content-Type", "have a form, want application/json: the body is no object")
		return
	}
	values, err := url.ParseQuery(string(data))
	if err != nil {
		f.add("body", "have a malformed form, want name=value pairs: "+err.Error())
		return
	}
	for _, n := range b.noForm {
		if _, has := values[n.name]; has || n.required() {
			f.add("body."+n.name, "cannot be sent in a form, want application/json")
		}
	}
	v := b.target(into)
	b.fillForm(values, allocated(v), f)
	b.spread(v, into)
}

func (b *body) fillForm(values url.Values, v reflect.Value, f *findings) {
	b.preset(v)
	for i := range b.form {
		s := &b.form[i]
		s.fill(values[s.name], inside(v, s.index), f)
	}
}
