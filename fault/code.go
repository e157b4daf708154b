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

// statuses are the numbers of HTTP that stand for the codes.
var statuses = map[Code]int{
	Invalid: 400, Unauthenticated: 401, Denied: 403, NotFound: 404, Conflict: 409,
	Exhausted: 429, Canceled: 499, Internal: 500, Unavailable: 503, Timeout: 504,
}

// Status returns the HTTP status that stands for c, 500 for what is no code.
func (c Code) Status() int {
	if status, ok := statuses[c]; ok {
		return status
	}
	return statuses[Internal]
}

// FromStatus returns the code that an HTTP status stands for, Internal for a
// status that stands for none.
func FromStatus(status int) Code {
	for code, s := range statuses {
		if s == status {
			return code
		}
	}
	return Internal
}

// Valid reports whether c is one of the codes above.
func (c Code) Valid() bool {
	_, ok := statuses[c]
	return ok
}
