package schema_test

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/schema"
)

// Two schemas that say the same have the same hash, however they are written.
func ExampleHash() {
	one := schema.Hash(json.RawMessage(`{"type":"object","required":["to"]}`))
	same := schema.Hash(json.RawMessage(`{ "required": ["to"], "type": "object" }`))
	other := schema.Hash(json.RawMessage(`{"type":"object","required":["from"]}`))
	fmt.Println(one == same, one == other, len(one))
	// Output: true false 12
}

// Several results travel as an array.
func ExampleResults() {
	s, err := schema.Results([]reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[bool]()})
	fmt.Println(string(s), err)
	// Output: {"type":"array","prefixItems":[{"type":"string"},{"type":"boolean"}],"minItems":2,"maxItems":2} <nil>
}
