// Package stage is what an example passes where a test passes its *testing.T.
package stage

import (
	"fmt"
	"os"
	"slices"
)

// Stage is a svctest.TB without a test. What would fail a test panics.
type Stage struct{ cleanups []func() }

// Helper does nothing.
func (*Stage) Helper() {}

// Name returns "example".
func (*Stage) Name() string { return "example" }

// Logf does nothing: what an example prints is compared.
func (*Stage) Logf(string, ...any) {}

// Fatalf panics.
func (*Stage) Fatalf(format string, args ...any) { panic(fmt.Errorf(format, args...)) } //nolint:forbidigo // an example cannot fail otherwise

// Cleanup has End call f.
func (s *Stage) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// TempDir returns a folder that End removes.
func (s *Stage) TempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		s.Fatalf("%w", err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// End calls the cleanups, the last one first, as the end of a test does.
func (s *Stage) End() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}
