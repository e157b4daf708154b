package supervise

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps the terminal's signals from the child, and ends it with svc.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
