package schema_test

import (
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/schema"
)

// Parcel is what a message holds.
type Parcel struct {
	To    string  `json:"to" jsonschema:"where it goes"`
	Grams int     `json:"grams"`
	Note  *string `json:"note,omitempty"`
}

func ExampleOf() {
	s, err := schema.Of(reflect.TypeFor[Parcel]())
	fmt.Println(string(s), err)
	_, err = schema.Of(reflect.TypeFor[struct{ Done chan bool }]())
	fmt.Println(err)
	// Output:
	// {"type":"object","properties":{"to":{"type":"string","description":"where it goes"},"grams":{"type":"integer"},"note":{"type":["string","null"]}},"required":["grams","to"],"x-go-name":"Parcel"} <nil>
	// describe struct { Done chan bool }.Done: have chan bool, want a type that JSON can carry; a field is left out with json:"-"
}
