package launch

import (
	"encoding/json"
	"slices"

	"github.com/enoki-go/enoki/service"
)

// Merge returns the manifests of several programs as one. A service that several of them
// host is there once, and so are documents: each kind that exactly one program has.
func Merge(manifests []service.Manifest) service.Manifest {
	all := service.Manifest{Services: []service.Declared{}}
	documents := map[string][]json.RawMessage{}
	for _, m := range manifests {
		for _, s := range m.Services {
			if !slices.ContainsFunc(all.Services, func(have service.Declared) bool { return same(have, s) }) {
				all.Services = append(all.Services, s)
			}
		}
		for format, text := range m.Documents {
			documents[format] = append(documents[format], text)
		}
	}
	for format, texts := range documents {
		if len(texts) > 1 {
			continue
		}
		if all.Documents == nil {
			all.Documents = make(map[string]json.RawMessage, 1)
		}
		all.Documents[format] = texts[0]
	}
	return all
}

func same(a, b service.Declared) bool {
	return a.Name == b.Name && a.Package == b.Package && a.Type == b.Type
}
