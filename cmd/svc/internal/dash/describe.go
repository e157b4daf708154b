package dash

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// described is what a service says of its methods, for forms.
type described struct {
	Name    string   `json:"name"`
	Methods []method `json:"methods"`
}

// method is one that can be called.
type method struct {
	Name      string          `json:"name"`
	Params    []string        `json:"params,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
	Output    json.RawMessage `json:"output,omitempty"`
	Sensitive []string        `json:"sensitive,omitempty"`
	Delivery  string          `json:"delivery,omitempty"`
}

// describe answers with the methods of a service.
func (d *Dash) describe(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("service")
	if !broker.ValidName(name) {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("have service %q, want 1 to 64 letters, digits, - or _", clip(name, maxWord)))
		return
	}
	conn := d.client.Connection()
	found, err := conn.Discover(r.Context(), name)
	if err != nil {
		fail(w, err)
		return
	}
	if len(found) == 0 {
		refuse(w, http.StatusNotFound, fmt.Sprintf("service %s is not running on %s, namespace %s", name, conn.URL(), conn.Namespace()))
		return
	}
	all := described{Name: name, Methods: []method{}}
	for _, info := range found {
		for _, e := range info.Endpoints {
			if strings.HasPrefix(e.Subject, conn.Namespace()+".rpc.") && e.Metadata["kind"] == "" {
				all.add(e)
			}
		}
	}
	answer(w, all)
}

// add adds a method, unless another instance has said what it is.
func (a *described) add(e broker.Endpoint) {
	if slices.ContainsFunc(a.Methods, func(m method) bool { return m.Name == e.Name }) {
		return
	}
	m := method{Name: e.Name, Input: schemaOf(e, "input"), Output: schemaOf(e, "output"), Delivery: word(e.Metadata["delivery"])}
	_ = json.Unmarshal([]byte(e.Metadata["params"]), &m.Params) // absent where they have no names
	if paths := e.Metadata["sensitive"]; paths != "" {
		m.Sensitive = strings.Split(paths, ",")
	}
	a.Methods = append(a.Methods, m)
}

// schemaOf returns a schema, nil for what is none.
func schemaOf(e broker.Endpoint, key string) json.RawMessage {
	if text := json.RawMessage(e.Metadata[key]); json.Valid(text) {
		return text
	}
	return nil
}
