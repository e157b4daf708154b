package timer_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/plain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// limit bounds waits for ticks: one may have to come again first.
const limit = 20 * time.Second
