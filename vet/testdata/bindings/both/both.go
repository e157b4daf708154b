// Command both links the emitter of an event, and handlers of it.
package main // want `^.*apart\.go:13:28: archive\.OnSettled takes payments\.settled as apart\.Settled, into which what the definition of Settled emits at .*, a facts\.Paid, cannot be decoded: field Amount: have the number 1, want a string$`

import (
	_ "github.com/enoki-go/enoki/service"
	_ "github.com/enoki-go/enoki/vet/testdata/bindings"
	_ "github.com/enoki-go/enoki/vet/testdata/bindings/apart"
	_ "github.com/enoki-go/enoki/vet/testdata/bindings/facts"
)

func main() {}
