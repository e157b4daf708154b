//go:build linux

package scenarios_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/child"
)

var bench child.Bench

func TestMain(m *testing.M) {
	os.Exit(bench.Main(m, "../..", func() error { return goleak.Find() }))
}
