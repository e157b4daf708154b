//go:build !linux

package devbroker

import "os"

func self() (string, error) { return os.Executable() }
