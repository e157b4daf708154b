package service_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

var update = flag.Bool("update", false, "write the golden files of this package")

// full declares one of everything that the manifest shows.
type full struct {
	_ service.Name `name:"full-service" version:"1.2.3-rc.1"`

	A    resource
	Word word
	base

	_ probe `method:"Sum" kind:"rpc" workers:"3"`
}

type base struct {
	B resource

	_ probe `method:"Tick" kind:"timer"`
}

func (*full) Sum(a int, b *string) (int, bool, error) { return a + len(*b), true, nil }
func (*full) Tick()                                   {}

func TestManifestShowsWhatServicesDeclare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &full{}, &library{}, "workers: 4\nservices: {library: {workers: 2}}",
		service.Lend[word](dependency.Same(word("w"))), service.Provide(newDatabase))
	have, err := json.MarshalIndent(w.app.Manifest(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "manifest.json", append(have, '\n'))
	w.wantHistory()
}

// golden compares with a file in testdata; -update writes it.
func golden(t *testing.T, name string, have []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, have, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, have) {
		t.Errorf("%s (-want +have):\n%s", path, cmp.Diff(string(want), string(have)))
	}
}
