package stage_test

import (
	"os"
	"slices"
	"testing"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
)

var _ svctest.TB = (*stage.Stage)(nil)

func TestEndCleansUpInReverse(t *testing.T) {
	var s stage.Stage
	var order []int
	for i := range 3 {
		s.Cleanup(func() { order = append(order, i) })
	}
	dir := s.TempDir()
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	s.End()
	if _, err := os.Stat(dir); !os.IsNotExist(err) || !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("have %v and order %v, want no folder and 2, 1, 0", err, order)
	}
}

func TestWhatWouldFailATestPanics(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); err == nil || err.Error() != "no 5" {
			t.Errorf("have %v, want no 5", err)
		}
	}()
	new(stage.Stage).Fatalf("no %d", 5)
}
