package typed

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Prefix begins the references to the schemas of a Registry.
const Prefix = "#/components/schemas/"

// Registry holds the schemas of all methods of one document, each under a name
// of its own. All methods may be called from many goroutines.
type Registry struct {
	mu      sync.Mutex
	huma    huma.Registry
	names   map[reflect.Type]string
	taken   map[string]bool
	mended  map[string]bool
	scanned map[reflect.Type]bool
	checks  map[string]*check     // by reference
	free    map[*huma.Schema]bool // what a type checks by itself when it is read
}

// NewRegistry returns a registry that holds the schema Problem only.
func NewRegistry() *Registry {
	r := &Registry{
		names: map[reflect.Type]string{}, taken: map[string]bool{problemName: true, detailName: true},
		mended: map[string]bool{problemName: true, detailName: true}, scanned: map[reflect.Type]bool{}, checks: map[string]*check{},
		free: map[*huma.Schema]bool{},
	}
	r.huma = huma.NewMapRegistry(Prefix, r.nameOf)
	maps.Copy(r.huma.Map(), problemSchemas())
	return r
}

// Schemas returns the schemas by name: a copy of the map, to be read only.
func (r *Registry) Schemas() map[string]*huma.Schema {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.huma.Map())
}

// nameOf gives every struct a name of its own: huma's namer panics where two
// packages have a type of one name. An unnamed struct is named by the hint.
func (r *Registry) nameOf(t reflect.Type, hint string) string {
	t = deref(t)
	if t.Kind() != reflect.Struct {
		return ""
	}
	if name, ok := r.names[t]; ok {
		return name
	}
	base := plainName(t.Name())
	if base == "" {
		base = plainName(hint)
	}
	if base == "" {
		base = "Object"
	}
	name := base
	for n := 2; r.taken[name]; n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	r.names[t], r.taken[name] = name, true
	return name
}

// plainName makes a name that needs no escaping: Page[example.org/shop.Order]
// is Page_Order.
func plainName(name string) string {
	words := strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune("[],* ", c) })
	for i, w := range words {
		w, _, _ = strings.Cut(w[strings.LastIndexAny(w, "./")+1:], "·") // what follows numbers types of functions
		words[i] = strings.Map(keepInName, w)
	}
	return strings.Join(words, "_")
}

func keepInName(c rune) rune {
	if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
		return -1
	}
	return c
}

// schemaOf describes t, which hint names where it has no name. huma panics on
// tags it cannot use; here that is an error.
func (r *Registry) schemaOf(t reflect.Type, hint string) (s *huma.Schema, err error) {
	if err := r.scan(t); err != nil {
		return nil, err
	}
	defer recovered(&err, "describe "+t.String())
	s = r.mend(t, r.huma.Schema(t, true, hint))
	r.settle()
	return s, nil
}

// schemaOfField is schemaOf with the tags of a field.
func (r *Registry) schemaOfField(f reflect.StructField, hint string) (s *huma.Schema, err error) {
	if err := r.scan(f.Type); err != nil {
		return nil, fmt.Errorf("field %s: %w", f.Name, err)
	}
	defer recovered(&err, "field "+f.Name)
	s = r.mend(f.Type, huma.SchemaFromField(r.huma, f, hint))
	r.settle()
	return s, nil
}

func recovered(err *error, doing string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: %v; mend the tags of the type, which want values of its own kind", doing, p)
	}
}

// settle mends the structs that huma has described since the last time, and
// those that it describes while that is done.
func (r *Registry) settle() {
	for {
		var fresh []string
		for _, name := range slices.Sorted(maps.Keys(r.huma.Map())) {
			if !r.mended[name] {
				fresh = append(fresh, name)
			}
		}
		if len(fresh) == 0 {
			return
		}
		for _, name := range fresh {
			r.mended[name] = true
			r.mendStruct(r.huma.TypeFromRef(Prefix+name), r.huma.Map()[name])
		}
	}
}
