package apidoc

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// tree is the document as it is written; maps are written in the order of their
// keys.
type tree struct {
	OpenAPI    string                                `json:"openapi"`
	Info       map[string]string                     `json:"info"`
	Tags       []map[string]string                   `json:"tags,omitempty"`
	Paths      map[string]map[string]*huma.Operation `json:"paths"`
	Components components                            `json:"components"`
}

type components struct {
	Schemas         map[string]any               `json:"schemas"`
	SecuritySchemes map[string]map[string]string `json:"securitySchemes,omitempty"`
}

// openAPI is the version of the specification that the document follows.
const openAPI = "3.1.0"

func (d *Document) tree() tree {
	t := tree{
		OpenAPI: openAPI, Info: map[string]string{"title": d.title, "version": d.version},
		Paths: map[string]map[string]*huma.Operation{}, Components: components{d.schemas(), d.schemes()},
	}
	tagged := map[string]bool{}
	ids := d.ids()
	for i, e := range d.entries {
		op := *e.op
		op.OperationID, op.Security = ids[i], d.guarded(op.Security)
		if t.Paths[e.path] == nil {
			t.Paths[e.path] = map[string]*huma.Operation{}
		}
		t.Paths[e.path][strings.ToLower(e.verb)] = &op
		for _, name := range op.Tags {
			tagged[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tagged)) {
		t.Tags = append(t.Tags, map[string]string{"name": name})
	}
	return t
}

// guarded leaves out what nobody guards.
func (d *Document) guarded(wanted []map[string][]string) (all []map[string][]string) {
	for _, one := range wanted {
		for tag := range one {
			if d.guards[tag] != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

func (d *Document) schemes() map[string]map[string]string {
	all := make(map[string]map[string]string)
	for tag, scheme := range d.guards {
		all[tag] = map[string]string{"type": "http", "scheme": scheme}
	}
	return all
}

func (d *Document) schemas() map[string]any {
	all := make(map[string]any)
	for name, s := range d.registry.Schemas() {
		all[name] = s
	}
	for name, s := range d.raw {
		all[name] = s
	}
	return all
}

// ids gives every operation a name of its own: service.Method, with the verb
// where the method has several, with a number where that is not enough.
func (d *Document) ids() []string {
	count := map[string]int{}
	for _, e := range d.entries {
		count[e.op.OperationID]++
	}
	taken := make(map[string]bool)
	for id, n := range count {
		taken[id] = n == 1
	}
	ids := make([]string, len(d.entries))
	for i, e := range d.entries {
		ids[i] = e.op.OperationID
		if count[ids[i]] == 1 {
			continue
		}
		base := ids[i] + "." + strings.ToLower(e.verb)
		ids[i] = base
		for n := 2; taken[ids[i]]; n++ {
			ids[i] = base + "_" + strconv.Itoa(n)
		}
		taken[ids[i]] = true
	}
	return ids
}

var _ json.Marshaler = (*huma.Operation)(nil)
