package typed

import (
	"slices"
	"strings"
)

// record binds the fields of the one parameter, a struct or a pointer to one.
func (p *planner) record() {
	t := deref(p.m.In[0])
	var inBody []bodyField
	var whole []field
	all := fieldsOf(t)
	for _, f := range all {
		_, isBody := f.Tag.Lookup("body")
		if !p.checkTags(f, isBody) {
			continue
		}
		at := place{index: f.Index}
		switch {
		case isBody:
			whole = append(whole, f)
		case f.in != "":
			p.text(&p.b.texts, f.in, f, at, f.in == "path" || f.Tag.Get("required") == "true")
		case p.isWildcard(f.name):
			p.text(&p.b.texts, "path", f, at, true)
		case p.carriesBody():
			inBody = append(inBody, bodyField{f, at})
		default:
			p.text(&p.b.texts, "query", f, at, f.required())
		}
	}
	p.recordBody(all, whole, inBody)
}

// recordBody binds what of the fields comes from the body.
func (p *planner) recordBody(all, whole []field, inBody []bodyField) {
	switch {
	case len(p.errs) > 0:
	case len(whole) > 1:
		p.fail("fields %s: have %d with tag body, want one", fieldNames(whole), len(whole))
	case len(whole) == 1 && !p.carriesBody():
		p.fail("field %s: have tag body, but %s requests carry none; want a tag query, or another verb", whole[0].Name, p.m.Verb)
	case len(whole) == 1 && len(inBody) > 0:
		names := make([]field, len(inBody))
		for i, f := range inBody {
			names[i] = f.field
		}
		p.fail("field %s takes the whole body, so nothing is left for %s; want a tag path, query, header or cookie there, "+
			"or json:\"-\"", whole[0].Name, fieldNames(names))
	case len(whole) == 1:
		f := whole[0]
		p.wholeBody(f.Type, place{index: f.Index}, f.Tag.Get("required") == "false")
	case len(inBody) == 0:
	case len(inBody) == len(all):
		p.wholeBody(p.m.In[0], place{}, p.m.Optional != nil && p.m.Optional(0))
	default:
		p.membersBody(inBody)
	}
}

// checkTags reports whether the tags of f agree with each other and the route.
func (p *planner) checkTags(f field, isBody bool) bool {
	have := f.sources
	if isBody {
		have = append(slices.Clip(have), "body")
	}
	switch {
	case len(have) > 1:
		p.fail("field %s: have tags %s, want one of them", f.Name, strings.Join(have, " and "))
	case f.unreachable != "":
		p.errs = append(p.errs, f.unreachableError())
	case f.in != "" && f.name == "":
		p.fail("field %s: have tag %s:\"\", want the name in the %s", f.Name, f.in, f.in)
	case f.in == "path" && !p.isWildcard(f.name):
		p.fail("field %s: have tag path:%q, want a wildcard of the route, and %s", f.Name, f.name, p.wildcards())
	default:
		return true
	}
	return false
}

func fieldNames(fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}
