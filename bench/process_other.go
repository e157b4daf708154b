//go:build !linux

package main

import "syscall"

// attributes are none: a child ends when its input does, which is when its
// parent ends.
func attributes() *syscall.SysProcAttr { return nil }
