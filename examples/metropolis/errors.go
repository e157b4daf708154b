package metropolis

import "github.com/enoki-go/enoki/fault"

var errNothing = fault.Declare("metropolis.nothing", fault.Invalid, "data is missing: say what to reverse, as in ?data=asdf")
