package entrypoint

// Sourced is a Stimulus that says more of what reached the method than its kind.
type Sourced interface {
	// Source returns it without arguments: of few calls it differs. It is the route of
	// a request, "GET /orders/{id}", or the name of an event, "payments.paid".
	Source() string
}

// Answered is a Stimulus whose answer has a status of HTTP.
type Answered interface {
	// Status returns that of the answer to an outcome. It is called at most once, before
	// the answer.
	Status(out any, err error) int
}
