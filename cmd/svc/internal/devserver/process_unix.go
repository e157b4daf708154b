//go:build unix

package devserver

import (
	"os/exec"
	"syscall"
)

// detached gives the process a session of its own: neither the terminal's
// signals nor its end reach it.
func detached(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
