package plain

import "go.uber.org/goleak"

// Abandoned is what a server leaves behind that is stopped at the moment when it makes
// a stream for a client: nats-server (2.15) stops the streams that it knows, and then
// learns of one more. A test that stops a broker under living clients can meet that.
func Abandoned() []goleak.Option {
	const server = "github.com/nats-io/nats-server/v2/server"
	return []goleak.Option{
		goleak.IgnoreAnyFunction(server + ".(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction(server + "/ats.Register.func1"),
	}
}
