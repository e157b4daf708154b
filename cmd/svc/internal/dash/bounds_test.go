package dash_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Library answers as much as is asked for.
type Library struct {
	_ rpc.Method `method:"Read" args:"bytes"`
}

func (*Library) Read(bytes int) string { return strings.Repeat("é", bytes/2) }

// The page stood still over a result of several megabytes.
func TestPageGetsTheBeginningOfALongResult(t *testing.T) {
	t.Parallel()
	p := start(t, svctest.New(t, &Library{}).Broker().URL())
	for _, tt := range []struct{ bytes, left int }{{256<<10 - 2, 0}, {256 << 10, 2}, {512 << 10, 256<<10 + 2}} {
		r, status := p.call(fmt.Sprintf(`{"service":"library","method":"read","positional":[%d]}`, tt.bytes))
		if status != http.StatusOK || r.Error != nil || len(r.Result) > 256<<10+100 {
			t.Fatalf("%d: have %d, %+v and %d bytes", tt.bytes, status, r.Error, len(r.Result))
		}
		_, rest, cut := strings.Cut(r.Result, "…")
		if want := fmt.Sprintf("\n%d bytes more: svc call prints all of it", tt.left); cut != (tt.left > 0) || cut && rest != want {
			t.Errorf("%d: have %q, want %q", tt.bytes, rest, want)
		}
	}
}
