// Package handover is how a process of services and the svc run that replaces it by a
// newer one speak: the process says when it has started, and asks for listeners that
// outlive it. Without such a supervisor, and on systems that hand over no sockets, all
// of it does nothing.
package handover

import (
	"errors"
	"net"
)

// Variable is the environment variable that tells a process where its supervisor is: the
// number of a descriptor and, after a colon, the id of the process that has the other end.
// The first call of Started or Listen removes it, so that what the process starts does not
// take it for its own. It means nothing to who is not a child of that process, or has no
// socket there: a descriptor that is somebody else's stays as it is.
const Variable = "SVC_SUPERVISOR"

// Overlap says whether a process can start while the one it replaces still serves.
const Overlap = overlap

// A Request is what a process says to its supervisor.
type Request struct {
	Started bool   // it can be reached from now on
	Address string // else: where it wants to listen, as host:port
}

// errLine is the answer of a supervisor that broke off.
var errLine = errors.New("svc run, which holds the listeners of this process, did not answer")

// Started says that this process can be reached.
func Started() { started() }

// Listen returns the listener at a TCP address that the supervisor holds, open to the
// processes before and after this one: what it does not accept, the next one does. It is
// nil without a supervisor. An address that another program has is syscall.EADDRINUSE.
func Listen(address string) (net.Listener, error) { return listen(address) }
