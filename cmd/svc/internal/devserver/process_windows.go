package devserver

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// detached keeps the console's Ctrl-C from the process.
func detached(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
