package dependency_test

import (
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Region is where an instance runs: the same for all of its calls, so that it costs them
// nothing.
type Region string

// Provide reads the configuration once.
func (Region) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	r := "nowhere"
	err := h.Config("region", &r)
	return dependency.Same(Region(r)), err
}

// Beacon says where it is.
type Beacon struct {
	Region Region

	_ rpc.Method `method:"Where"`
}

// Where has the field filled.
func (b *Beacon) Where() Region { return b.Region }

func ExampleSame() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Beacon{}, svctest.Config("region: north"))
	fmt.Println(svctest.Call[string](w, "beacon.where"))
	// Output: north
}
