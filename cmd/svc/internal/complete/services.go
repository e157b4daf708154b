package complete

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
)

// Service is what the instances of one name say of themselves, of all versions.
type Service struct {
	Name      string
	Versions  []string // sorted; none where no instance tells
	Instances int
	Methods   []Method  // sorted by name
	Handlers  []Handler // sorted by name
}

// Method is what can be called.
type Method struct {
	Name   string
	Params []Param // that can be given by name; none where they have no names
	Takes  bool    // it has parameters, with names or without
}

// Param is a parameter of a method, or a field of its only one.
type Param struct {
	Name string
	Type string // of JSON, such as "string"; "" where it may be several
}

// Handler is what takes events.
type Handler struct {
	Name   string
	Source string // the service that emits
	Type   string // of the event, or a pattern of types with * and >
}

// read makes services of the answers of instances, which come sorted by name.
func read(found []broker.Info, namespace string) []Service {
	var all []Service
	for _, info := range found {
		one := readOne(info, namespace)
		said := info.Metadata[broker.MetadataNamespace]
		if said != namespace && said != "" && len(one.Methods)+len(one.Handlers) == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(s Service) bool { return s.Name == one.Name })
		if i < 0 {
			all = append(all, one)
			continue
		}
		all[i].merge(one)
	}
	return all
}

func readOne(info broker.Info, namespace string) Service {
	s := Service{Name: info.Name, Instances: 1}
	if info.Version != "" {
		s.Versions = []string{info.Version}
	}
	for _, e := range info.Endpoints {
		if strings.HasPrefix(e.Subject, namespace+".rpc.") {
			s.Methods = append(s.Methods, Method{e.Name, params(e.Metadata), e.Metadata["input"] != ""})
		}
		if h, ok := handler(e, namespace); ok {
			s.Handlers = append(s.Handlers, h)
		}
	}
	s.merge(Service{})
	return s
}

// merge adds what another instance says.
func (s *Service) merge(o Service) {
	s.Instances += o.Instances
	s.Versions = slices.Compact(slices.Sorted(slices.Values(append(s.Versions, o.Versions...))))
	s.Methods = unique(append(s.Methods, o.Methods...), func(m Method) string { return m.Name })
	s.Handlers = unique(append(s.Handlers, o.Handlers...), func(h Handler) string { return h.Name })
}

// unique sorts by name and keeps the first of each.
func unique[T any](all []T, name func(T) string) []T {
	slices.SortStableFunc(all, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	return slices.CompactFunc(all, func(a, b T) bool { return name(a) == name(b) })
}

// handler reads what an endpoint handles, if it is a handler.
func handler(e broker.Endpoint, namespace string) (Handler, bool) {
	event, ok := census.EventOf(e.Subject, namespace)
	if !ok || !eventType(event) {
		return Handler{}, false
	}
	source, kind, _ := strings.Cut(event, ".")
	return Handler{e.Name, source, kind}, true
}

func eventType(text string) bool {
	for word := range strings.SplitSeq(text, ".") {
		if word != "*" && word != ">" && !broker.ValidName(word) {
			return false
		}
	}
	return true
}

// params reads the parameters of a method, whose schema tells their types and, where
// the only parameter is an object, its fields.
func params(metadata map[string]string) []Param {
	var schema struct {
		Type       any                           `json:"type"`
		Title      string                        `json:"title"`
		Properties map[string]struct{ Type any } `json:"properties"`
	}
	_ = json.Unmarshal([]byte(metadata["input"]), &schema) // then no more is known
	var names []string
	if json.Unmarshal([]byte(metadata["params"]), &names) != nil {
		names = slices.Sorted(maps.Keys(schema.Properties))
	}
	var all []Param
	for _, name := range names {
		if !identifier.MatchString(name) {
			continue
		}
		kind := schema.Properties[name].Type
		if name == schema.Title {
			kind = schema.Type
		}
		all = append(all, Param{name, typeName(kind)})
	}
	return all
}

// typeName reads what a schema says of a type: one, or one and null.
func typeName(kind any) string {
	switch kind := kind.(type) {
	case string:
		if identifier.MatchString(kind) {
			return kind
		}
	case []any:
		kind = slices.DeleteFunc(slices.Clone(kind), func(one any) bool { return one == "null" })
		if len(kind) == 1 {
			return typeName(kind[0])
		}
	}
	return ""
}
