package clientgen

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Declared makes a Service of what one declares. Its doc comments are read from the
// source in the module at root.
func Declared(d service.Declared, root string) Service {
	s := Service{Name: d.Name, Source: d.Package + "." + d.Type, Docs: ReadDocs(folders(d.Package, root)...)}
	for _, e := range d.Entrypoints {
		if e.Kind != "rpc" {
			continue
		}
		s.Methods = append(s.Methods, Method{
			Name: e.Name, Doc: s.Docs.Method(d.Type, e.Method), Params: e.Params,
			Input: e.Input, Output: e.Output, Sensitive: e.Sensitive,
		})
	}
	for _, dep := range d.Dependencies {
		if name, own := strings.CutPrefix(dep.Target, d.Name+"."); own && dep.Kind == "event" && len(dep.Schema) > 0 {
			s.Events = append(s.Events, Event{Name: name, Payload: dep.Schema})
		}
	}
	s.Events = slices.CompactFunc(s.Events, func(a, b Event) bool { return a.Name == b.Name })
	return s
}

// folders returns where the source of a package is, and that of the packages of its
// module that it imports: its methods may take their types.
func folders(pkg, root string) []string {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil
	}
	module := modfile.ModulePath(text)
	var found []string
	add := func(path string) {
		if rest, in := strings.CutPrefix(path+"/", module+"/"); in && module != "" {
			found = append(found, filepath.Join(root, filepath.FromSlash(rest)))
		}
	}
	add(pkg)
	if len(found) == 1 {
		for _, path := range Imports(found[0]) {
			add(path)
		}
	}
	return found
}

// Live makes a Service of what an instance tells about itself. Which events it emits is
// not among that.
func Live(info broker.Info) Service {
	s := Service{Name: info.Name, Source: "the running service " + info.Name, Live: true}
	for _, e := range info.Endpoints {
		if e.Metadata[rpc.MetadataKind] != "" || !strings.HasSuffix(e.Subject, ".rpc."+info.Name+"."+e.Name) {
			continue
		}
		m := Method{
			Name: e.Name, Input: json.RawMessage(e.Metadata["input"]), Output: json.RawMessage(e.Metadata["output"]),
		}
		if json.Unmarshal([]byte(e.Metadata["params"]), &m.Params) != nil {
			m.Params = nil // a service of others, which has none
		}
		if paths := e.Metadata["sensitive"]; paths != "" {
			m.Sensitive = strings.Split(paths, ",")
		}
		s.Methods = append(s.Methods, m)
	}
	return s
}
