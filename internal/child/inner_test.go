//go:build linux

package child_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// inner is a test within a test: it can fail without failing what it is in.
type inner struct {
	testing.TB

	failures []string
	logged   string
	cleanups []func()
}

func (i *inner) Errorf(format string, args ...any) {
	i.failures = append(i.failures, fmt.Sprintf(format, args...))
}

func (i *inner) Fatalf(format string, args ...any) {
	i.Errorf(format, args...)
	runtime.Goexit()
}

func (i *inner) Failed() bool { return len(i.failures) > 0 }

func (i *inner) Logf(format string, args ...any) { i.logged += fmt.Sprintf(format, args...) }

func (i *inner) Cleanup(f func()) { i.cleanups = append(i.cleanups, f) }

func (i *inner) end() {
	for _, f := range slices.Backward(i.cleanups) {
		f()
	}
}
