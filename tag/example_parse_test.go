package tag_test

import (
	"fmt"

	"github.com/enoki-go/enoki/tag"
)

// Parse refuses what reflect.StructTag would read past.
func ExampleParse() {
	parsed, err := tag.Parse(`method:"Create" workers:"4"`)
	fmt.Println(parsed.Keys(), err)
	workers, given := parsed.Get("workers")
	fmt.Println(workers, given)

	_, err = tag.Parse(`method:"Create", workers:"4"`)
	fmt.Println(err != nil)
	// Output:
	// [method workers] <nil>
	// 4 true
	// true
}
