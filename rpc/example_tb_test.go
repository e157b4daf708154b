package rpc_test

import (
	"fmt"
	"os"

	svctest "github.com/enoki-go/enoki/testing"
)

// stage is what an example passes where a test passes its *testing.T.
type stage struct{ cleanups []func() }

var _ svctest.TB = (*stage)(nil)

func (*stage) Helper()                           {}
func (*stage) Name() string                      { return "example" }
func (*stage) Logf(string, ...any)               {}
func (*stage) Fatalf(format string, args ...any) { panic(fmt.Errorf(format, args...)) }
func (s *stage) Cleanup(f func())                { s.cleanups = append(s.cleanups, f) }

// TempDir returns a folder that is removed with the example.
func (s *stage) TempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		s.Fatalf("%w", err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// end runs the cleanups as the end of a test does.
func (s *stage) end() {
	for i := range s.cleanups {
		s.cleanups[len(s.cleanups)-1-i]()
	}
}
