package web_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/plain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }
