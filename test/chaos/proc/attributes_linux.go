package proc

import "syscall"

// attributes let a child die with its parent, however that ends, and keep the
// Ctrl-C of the terminal from it: the parent ends its children itself. The
// kernel watches the parent's thread, and a Go program keeps its threads.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
