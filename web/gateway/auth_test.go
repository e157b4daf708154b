package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
	"github.com/enoki-go/enoki/web/gateway"
)

// Keep is a gateway that asks who comes.
type Keep struct {
	_ service.Name `name:"keep"`
	_ web.Auth     `method:"Check" scheme:"basic"`

	Front gateway.Front `subjects:"open.>"`
}

// Check lets in who has a key.
func (*Keep) Check(r *http.Request) (web.Data, error) {
	if r.Header.Get("X-Key") != "7" {
		return nil, fault.New(fault.Unauthenticated, "show your key")
	}
	return web.Data{"holder": "ann"}, nil
}

func TestGatewayAsksWhoComesBeforeItLooksAnythingUp(t *testing.T) {
	shop := newShop()
	w := &world{World: svctest.New(t, shop, &Keep{}), t: t}
	w.url = w.URL()
	transport := &http.Transport{DisableCompression: true}
	w.http = &http.Client{Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	for _, path := range []string{"/shop/carried", "/shop/nothere", "/nobody/here", "/open/x"} {
		a := w.ask("POST", path, "")
		a.wantProblem(t, http.StatusUnauthorized, "show your key")
		if have := a.Header.Get("Www-Authenticate"); have != `Basic realm="keep", charset="UTF-8"` {
			t.Errorf("%s: have %q, want the scheme of the service", path, have)
		}
	}
	await.Until(t, "the shop is served", func() bool {
		a := w.ask("POST", "/shop/carried", "", "X-Key", "7")
		return a.StatusCode == http.StatusOK && strings.Contains(a.body, `"holder":"ann"`)
	})
}
