//go:build unix && !linux

package proc

import "syscall"

// attributes keep the Ctrl-C of the terminal from a child: the parent ends its
// children itself.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
