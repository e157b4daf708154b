package dependency

import (
	"fmt"
	"reflect"
)

// WantType returns an error where a field has another type than T: a declaration of *T is
// found at a field of T as well, which could hold nothing that is lent.
func WantType[T any](f reflect.StructField) error {
	if want := reflect.TypeFor[T](); f.Type != want {
		return fmt.Errorf("have a field of type %s, want %s", f.Type, want)
	}
	return nil
}
