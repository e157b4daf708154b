// Package rpc is calls between services: [Method] serves them; [Func], [Client]
// and [Proxy] make them.
//
// What travels, and how, is described in docs/protocol.md.
package rpc

import (
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// ProtocolVersion is the version of what docs/protocol.md describes: services
// that differ in it may not understand each other.
const ProtocolVersion = 6

// Headers of a request. Those of a reply exist only where it is an error.
const (
	headerType    = "Content-Type"
	headerID      = "Svc-Id"      // id of the call
	headerLeft    = "Svc-Left-Ms" // how long the caller will wait on, in milliseconds
	headerStack   = "Svc-Stack"   // ids of the calls that led to this one, oldest first
	headerArgs    = "Svc-Args"    // what the body is: positional, named or, without it, either
	headerFault   = "Svc-Error"   // name of a declared error
	headerCode    = "Nats-Service-Error-Code"
	headerMessage = "Nats-Service-Error"
)

// Values of headerArgs.
const (
	argsPositional = string(codec.Positional)
	argsNamed      = string(codec.Named)
)

// subjectOf returns the subject of a method, of all methods for "*".
func subjectOf(namespace, service, method string) string {
	return namespace + ".rpc." + service + "." + method
}

// splitTarget cuts "service.method" in two. ok is false where a part is missing
// or no valid name.
func splitTarget(target string) (service, method string, ok bool) {
	service, method, _ = strings.Cut(target, ".")
	return service, method, broker.ValidName(service) && broker.ValidName(method)
}
