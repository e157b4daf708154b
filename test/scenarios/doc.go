// Package scenarios holds what a user does and sees, as tests through the real
// front door: the built svc, a broker and services that are processes, calls from
// svc call, from scripts of svc shell and from a Go program.
//
// A test is named after its row in the list of scenarios. Five seconds of the
// list are a quarter of a second here, or half of one; ENOKI_FULL_SCALE=1 runs S5,
// S7, S8 and S9b as they are written, and the crowd of websockets with 10 000.
// ENOKI_TRIALS says how often the tests of chance repeat.
//
// The files web… hold hostile clients of HTTP: beside each attack a visitor goes on
// sending requests, and is served.
//
// The services leave a history: a file that survives kill -9, from which the tests
// read which process began, ended or gave up which call, and when.
package scenarios
