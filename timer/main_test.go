package timer_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds waits for ticks: one may have to come again first.
const limit = 20 * time.Second
