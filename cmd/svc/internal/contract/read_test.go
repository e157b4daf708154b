package contract_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/contract"
)

// A contract is read as it was written, and has not changed since.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"services":[{"name":"shop","version":"1.0.0"}]}`, `{"services":[]}`, `{"services":null}`, `{"services":[{"name":""}]}`, `{"services":[{"name":"a"},{"name":"a"}]}`,
		`{"services":[{"name":"a","entrypoints":[{"kind":"rpc","name":"b","input":{"type":"object","properties":{"c":{"$ref":"#"}}}}]}],"later":1}`, `{}`, ``, `[]`, `null`,
		`{"services":[]} {"services":[]}`, strings.Repeat(`{"services":[`, 20_000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := contract.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		again, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q: cannot be written again: %v", text, err)
		}
		second, err := contract.Read(bytes.NewReader(again))
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if changes := contract.Diff(first, second); len(changes) > 0 {
			t.Errorf("%q: has changed by itself: %v", text, changes)
		}
	})
}
