// Package enoki names the module of a service container framework for Go on
// NATS. The code is in the folders beside it: a service starts with package
// service, and the entrypoints rpc, events, web and timer reach its methods.
package enoki
