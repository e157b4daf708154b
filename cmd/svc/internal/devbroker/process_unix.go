//go:build unix

package devbroker

import (
	"os"
	"os/exec"
	"syscall"
)

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func unlockFile(f *os.File) {
	// Closing, which follows, is the second try.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
}

// detached gives the process a session of its own: neither the terminal's
// signals nor its end reach it.
func detached(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
