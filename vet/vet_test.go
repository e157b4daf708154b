package vet_test

import (
	"testing"

	"golang.org/x/tools/go/packages"
)

func TestMistakesAreFoundWhereTheyAre(t *testing.T) {
	for _, tt := range []struct {
		name     string
		imported []string
	}{
		{name: "keys"},
		{name: "methods"},
		{name: "schedules"},
		{name: "handlers"},
		{name: "routes"},
		{name: "fields"},
		{name: "names"},
		{name: "bindings", imported: []string{"bindings/facts"}},
		{name: "words"},
		{name: "own"},
		{name: "travel"},
		{name: "bindings/apart"},
		{name: "bindings/both", imported: []string{"bindings/facts", "bindings", "bindings/apart"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var imported []*packages.Package
			for _, name := range tt.imported {
				imported = append(imported, loaded(t, name))
			}
			p := loaded(t, tt.name)
			_, found := look(t, p, imported...)
			wantFindings(t, p, found)
		})
	}
}
