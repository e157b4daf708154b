package main

import (
	"syscall"
	"time"
)

// cpuTime returns the processor time that this process has used, user and
// system.
func cpuTime() (time.Duration, error) {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, err
	}
	var created, exited, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &created, &exited, &kernel, &user); err != nil {
		return 0, err
	}
	return elapsed(kernel) + elapsed(user), nil
}

// elapsed reads a Filetime that is a span: units of 100 ns.
func elapsed(f syscall.Filetime) time.Duration {
	return time.Duration(int64(f.HighDateTime)<<32|int64(f.LowDateTime)) * 100
}
