package codec_test

import (
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/codec"
)

// What was written with one codec is read by the one that its content type names.
func ExampleFor() {
	body, err := codec.Msgpack.Append(nil, map[string]int{"count": 3})
	if err != nil {
		panic(err)
	}
	c, err := codec.For(codec.Msgpack.ContentType())
	if err != nil {
		panic(err)
	}
	var order struct {
		Count int `json:"count"`
	}
	fmt.Println(c.Decode(body, &order), order.Count)
	// Output: <nil> 3
}

// What does not fit is refused, with the place where it stands.
func ExampleCodec_decode() {
	var order struct {
		Count int8 `json:"count"`
	}
	fmt.Println(codec.JSON.Decode([]byte(`{"count":300}`), &order))
	// Output: field count: have the number 300, want an integer from -128 to 127
}

// A body is the arguments of a method by position, by name, or the only one itself.
func ExampleParameters() {
	p := codec.Parameters{
		Names: []string{"article", "count"},
		Types: []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int]()},
	}
	var article string
	var count int
	err := p.Decode(codec.JSON, []byte(`{"count":2,"article":"rye"}`), codec.Named, []any{&article, &count})
	fmt.Println(article, count, err)
	err = p.Decode(codec.JSON, []byte(`["wheat",5]`), codec.Positional, []any{&article, &count})
	fmt.Println(article, count, err)
	// Output:
	// rye 2 <nil>
	// wheat 5 <nil>
}

// What was decoded into any is made what JSON can show.
func ExampleNormalise() {
	body, err := codec.Msgpack.Append(nil, map[string]any{"raw": []byte("hi")})
	if err != nil {
		panic(err)
	}
	var v any
	if err := codec.Msgpack.Decode(body, &v); err != nil {
		panic(err)
	}
	text, err := codec.JSON.Append(nil, codec.Normalise(v))
	fmt.Println(string(text), err)
	// Output: {"raw":"aGk="} <nil>
}
