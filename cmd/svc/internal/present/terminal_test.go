package present_test

import (
	"os"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

func TestFilesAndBuffersAreNoTerminals(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	for _, f := range []any{null, &strings.Builder{}, nil} {
		if present.IsTerminal(f) {
			t.Errorf("%T is taken for a terminal", f)
		}
	}
}
