package typed

import (
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// decodeTexts reads what is not in the body.
func (b *Binding) decodeTexts(r *http.Request, into []any, f *findings) {
	var query url.Values
	if b.hasQuery && r.URL.RawQuery != "" {
		var err error
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			f.add("query", "have "+clip(r.URL.RawQuery)+", want name=value pairs: "+err.Error())
			return
		}
	}
	for i := range b.texts {
		s := &b.texts[i]
		if s.in == "path" && !s.list {
			s.one(r.PathValue(s.name), s.of(into), f)
			continue
		}
		s.fill(s.texts(r, query), s.of(into), f)
	}
}

// texts returns what r has for s.
func (s *source) texts(r *http.Request, query url.Values) []string {
	switch s.in {
	case "path":
		return []string{r.PathValue(s.name)}
	case "query":
		return query[s.name]
	case "header":
		if s.name == "Host" {
			return []string{r.Host}
		}
		return r.Header[s.name]
	default:
		var texts []string
		for _, c := range r.CookiesNamed(s.name) {
			texts = append(texts, c.Value)
		}
		return texts
	}
}

// fill stores texts in v, or the default where there are none.
func (s *source) fill(texts []string, v reflect.Value, f *findings) {
	if len(texts) == 0 {
		if texts = s.preset; texts == nil {
			if s.required {
				f.add(s.location, "is missing")
			}
			return
		}
	}
	s.store(texts, v, f)
}

func (s *source) store(texts []string, v reflect.Value, f *findings) {
	switch {
	case s.list:
		s.many(texts, v, f)
	case len(texts) > 1:
		f.add(s.location, "have "+strconv.Itoa(len(texts))+" values, want one")
	default:
		s.one(texts[0], v, f)
	}
}

func (s *source) one(text string, v reflect.Value, f *findings) {
	if err := s.read(text, v); err != nil {
		f.add(s.location, "have "+clip(text)+", want "+err.Error())
		return
	}
	if s.check != nil {
		f.start(s.location)
		s.check.value(s.seen(text, v), f)
	}
}

// many stores a list.
func (s *source) many(texts []string, v reflect.Value, f *findings) {
	texts = split(texts)
	if len(texts) > maxList {
		f.add(s.location, "have more than "+strconv.Itoa(maxList)+" elements, want fewer")
		return
	}
	v = allocated(v)
	list := reflect.MakeSlice(v.Type(), len(texts), len(texts))
	before := len(f.details)
	for i, text := range texts {
		if err := s.read(text, list.Index(i)); err != nil {
			f.add(s.location+"["+strconv.Itoa(i)+"]", "have "+clip(text)+", want "+err.Error())
		}
	}
	v.Set(list)
	if s.check != nil && len(f.details) == before {
		f.start(s.location)
		s.check.value(s.seenAll(texts, list), f)
	}
}

// split returns the elements of a list: of one text what stands between commas,
// else each text.
func split(texts []string) []string {
	if len(texts) != 1 {
		return texts
	}
	parts := strings.SplitN(texts[0], ",", maxList+1)
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return parts
}

// seen returns what a check sees of a v that was read from text.
func (s *source) seen(text string, v reflect.Value) any {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch k := s.view; {
	case k == reflect.Bool:
		return v.Bool()
	case k >= reflect.Int && k <= reflect.Int64:
		return v.Int()
	case k >= reflect.Uint && k <= reflect.Uint64:
		return v.Uint()
	case k == reflect.Float32, k == reflect.Float64:
		return v.Float()
	default:
		return text
	}
}

func (s *source) seenAll(texts []string, list reflect.Value) []any {
	views := make([]any, len(texts))
	for i, text := range texts {
		views[i] = s.seen(text, list.Index(i))
	}
	return views
}
