package fault

// Code says what kind of failure an error is, so that a caller in another
// process, perhaps in another language, can decide what to do about it.
type Code string

// The codes. Each crosses the wire as its text; docs/protocol.md lists them
// with the HTTP status that stands for each.
const (
	Invalid         Code = "invalid"         // the request is wrong; the same request fails again
	NotFound        Code = "not_found"       // what was asked for does not exist
	Conflict        Code = "conflict"        // the present state forbids it
	Denied          Code = "denied"          // the caller is known and may not
	Unauthenticated Code = "unauthenticated" // the caller is not known
	Unavailable     Code = "unavailable"     // nobody could take it now; a retry may succeed
	Exhausted       Code = "exhausted"       // a limit was reached; a later retry may succeed
	Timeout         Code = "timeout"         // the deadline passed; the work may have been done
	Canceled        Code = "canceled"        // the caller gave up
	Internal        Code = "internal"        // the callee failed in a way it did not declare
)

// known lists every code, for Valid.
var known = map[Code]bool{
	Invalid: true, NotFound: true, Conflict: true, Denied: true, Unauthenticated: true,
	Unavailable: true, Exhausted: true, Timeout: true, Canceled: true, Internal: true,
}

// Valid reports whether c is one of the codes above.
func (c Code) Valid() bool { return known[c] }
