//go:build unix

package devbroker

import (
	"os"
	"syscall"
)

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func unlockFile(f *os.File) {
	// Closing, which follows, is the second try.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
}
