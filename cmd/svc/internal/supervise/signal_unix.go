//go:build unix

package supervise

import (
	"os"
	"syscall"
)

// terminate is how svc asks a child to stop on its own account.
const terminate = syscall.SIGTERM

// asSent maps what svc got to what a child gets: a closed terminal asks to stop
// like anything else.
func asSent(sig os.Signal) os.Signal {
	if sig == syscall.SIGHUP {
		return terminate
	}
	return sig
}

// kill ends the child with everything it started.
func kill(p *os.Process) {
	// The group is gone if the child has just ended.
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}

func exitCode(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}
