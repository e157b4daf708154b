package service

import (
	"encoding/json"
	"fmt"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// Manifest is what the services of an application declare. `--describe` prints
// it as JSON; the command reads it.
type Manifest struct {
	Services []Declared `json:"services"`
	// Documents describe the application in formats of others, by their names: "openapi"
	// where it serves HTTP.
	Documents map[string]json.RawMessage `json:"documents,omitempty"`
}

// Declared is what one service declares.
type Declared struct {
	Name         string               `json:"name"`
	Version      string               `json:"version"`
	Type         string               `json:"type"`    // Go name of the struct
	Package      string               `json:"package"` // import path
	Workers      int                  `json:"workers"`
	Entrypoints  []DeclaredEntrypoint `json:"entrypoints"`
	Dependencies []DeclaredDependency `json:"dependencies"`
}

// DeclaredEntrypoint is one way into a method.
type DeclaredEntrypoint struct {
	Kind      string            `json:"kind"`
	Method    string            `json:"method"` // Go name
	Name      string            `json:"name,omitempty"`
	Address   string            `json:"address,omitempty"`
	Signature string            `json:"signature"`
	Params    []string          `json:"params,omitempty"`
	Sensitive []string          `json:"sensitive,omitempty"` // paths of what must not be shown
	Workers   int               `json:"workers,omitempty"`   // limit of its own
	Input     json.RawMessage   `json:"input,omitempty"`
	Output    json.RawMessage   `json:"output,omitempty"`
	Options   map[string]string `json:"options,omitempty"`
}

// DeclaredDependency is one field that is filled.
type DeclaredDependency struct {
	Field   string            `json:"field"`
	Type    string            `json:"type"`
	Kind    string            `json:"kind,omitempty"`
	Target  string            `json:"target,omitempty"`
	Schema  json.RawMessage   `json:"schema,omitempty"` // of what is sent, such as the payload of an event
	Options map[string]string `json:"options,omitempty"`
}

// Manifest returns what the services declare, without Documents. It needs no start.
func (a *App) Manifest() Manifest {
	var m Manifest
	for _, c := range a.containers {
		m.Services = append(m.Services, c.manifest())
	}
	return m
}

// Documents returns what the manifest has in formats of others: of the shared values that
// are dependency.Documented. It needs no start.
func (a *App) Documents() (map[string]json.RawMessage, error) {
	all := make(map[string]json.RawMessage)
	for _, v := range a.shared.order {
		d, ok := v.(dependency.Documented)
		if !ok {
			continue
		}
		format, text, err := d.Document()
		if err != nil {
			return nil, fmt.Errorf("document in the format %s: %w", format, err)
		}
		if text != nil {
			all[format] = text
		}
	}
	return all, nil
}

func (c *container) manifest() Declared {
	m := Declared{
		Name: c.spec.name, Version: c.spec.version, Type: c.spec.structType.Name(),
		Package: c.spec.structType.PkgPath(), Workers: c.settings.workers,
		Entrypoints: []DeclaredEntrypoint{}, Dependencies: []DeclaredDependency{},
	}
	for _, e := range c.entrypoints {
		m.Entrypoints = append(m.Entrypoints, e.manifest())
	}
	for _, p := range c.providers {
		m.Dependencies = append(m.Dependencies, c.dependencyManifest(p))
	}
	return m
}

func (m mounted) manifest() DeclaredEntrypoint {
	described := DeclaredEntrypoint{
		Kind: fmt.Sprintf("%T", m.entry.declaration), Method: m.entry.method.Name,
		Signature: m.entry.method.Signature(), Workers: m.entry.workers,
		Sensitive: m.entry.method.SensitivePaths(),
	}
	if d, ok := m.Entrypoint.(entrypoint.Describer); ok {
		as := d.Describe()
		described.Kind, described.Name, described.Address = as.Kind, as.Name, as.Address
		described.Params, described.Options = as.Params, as.Options
		described.Input, described.Output = as.Input, as.Output
	}
	return described
}

func (c *container) dependencyManifest(l *lender) DeclaredDependency {
	f := c.spec.structType.FieldByIndex(l.index)
	described := DeclaredDependency{Field: l.name, Type: f.Type.String()}
	if d, ok := l.provider.(dependency.Describer); ok {
		as := d.Describe()
		described.Kind, described.Target, described.Schema, described.Options = as.Kind, as.Target, as.Schema, as.Options
	}
	return described
}

// entrances returns how the calls that came through each entrypoint fared.
func (c *container) entrances() []dependency.Entrance {
	all := make([]dependency.Entrance, len(c.entrypoints))
	for i, m := range c.entrypoints {
		said := m.manifest()
		all[i] = m.served.Counted()
		all[i].Kind, all[i].Name, all[i].Address = said.Kind, said.Name, said.Address
	}
	return all
}
