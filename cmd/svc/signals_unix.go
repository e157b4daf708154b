//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// stopSignals are what a user or a supervisor ends svc with. A lost terminal is
// one unless nohup says otherwise.
func stopSignals() []os.Signal {
	all := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
