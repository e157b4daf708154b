package supervise

import (
	"os"
	"os/exec"
)

// terminate is the one signal that Windows lets a process send.
var terminate = os.Kill

func asSent(os.Signal) os.Signal { return terminate }

func kill(p *os.Process) {
	// It may have ended this instant.
	_ = p.Kill()
}

func exitCode(s *os.ProcessState) int { return s.ExitCode() }

// ownGroup does nothing: the console sends Ctrl-C to svc and its children
// alike, and they drain side by side.
func ownGroup(*exec.Cmd) {}
