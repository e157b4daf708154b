//go:build !linux

package devserver

import "os"

func self() (string, error) { return os.Executable() }
