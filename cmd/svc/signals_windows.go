package main

import (
	"os"
	"syscall"
)

// stopSignals are what a user or a supervisor ends svc with.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
