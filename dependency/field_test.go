package dependency_test

import (
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

// lamp is lent as a pointer.
type lamp struct{}

func TestFieldOfAnotherTypeIsTold(t *testing.T) {
	t.Parallel()
	var room struct {
		Right *lamp
		Wrong lamp
	}
	of := reflect.TypeOf(room)
	if err := dependency.WantType[*lamp](of.Field(0)); err != nil {
		t.Errorf("have %v, want no error", err)
	}
	err := dependency.WantType[*lamp](of.Field(1))
	if want := "have a field of type dependency_test.lamp, want *dependency_test.lamp"; err == nil || err.Error() != want {
		t.Errorf("have %v, want %s", err, want)
	}
}
