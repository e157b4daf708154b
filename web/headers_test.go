package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Clerk asks Ledger, for anybody.
type Clerk struct {
	_ web.Route `method:"Whose" route:"GET /whose/{key}" args:"key"`

	Ask rpc.Func[Whose, string] `rpc:"ledger.whose"`
}

// Whose asks Ledger.
func (c *Clerk) Whose(ctx context.Context, key string) (string, error) {
	return c.Ask(ctx, Whose{key})
}

const listed = svctest.Config("web: {headers: {x-tenant: tenant, X-Lang: lang}}")

func TestHeadersOnTheListBecomeContextData(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Clerk{}, listed)
	v.get("/whose/tenant", "X-Tenant", "acme").want(t, 200, "acme")
	v.get("/whose/lang", "x-lang", "dä % ü").want(t, 200, "dä % ü")
	v.get("/whose/tenant").want(t, 200, "")
}

func TestTraceContextTravelsWithoutBeingListed(t *testing.T) {
	t.Parallel()
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	v, _ := open(t, &Ledger{}, &Clerk{})
	for _, tt := range []struct {
		name                  string
		fields                []string
		wantParent, wantState string
	}{
		{"a parent", []string{"traceparent", trace}, trace, ""},
		{"with its state", []string{"traceparent", trace, "tracestate", "a=1", "tracestate", "b=2"}, trace, "a=1,b=2"},
		{"two parents", []string{"traceparent", trace, "traceparent", trace}, "", ""},
		{"a long parent", []string{"traceparent", strings.Repeat("0", 1025)}, "", ""},
		{"a parent of other signs", []string{"traceparent", "ä"}, "", ""},
		{"a state without a parent", []string{"tracestate", "a=1"}, "", ""},
		{"a long state", []string{"traceparent", trace, "tracestate", strings.Repeat("0", 1025)}, trace, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v.get("/whose/traceparent", tt.fields...).want(t, 200, tt.wantParent)
			v.get("/whose/tracestate", tt.fields...).want(t, 200, tt.wantState)
		})
	}
}

func TestOtherHeadersStayOutside(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Clerk{}, listed)
	for _, header := range []string{"User", "X-User", "Svc-Data-user", "Svc-Data-User", "Nats-Service-Error", "Svc-Stack", "Svc-Left-Ms"} {
		v.get("/whose/user", header, "mallory").want(t, 200, "")
		v.get("/whose/"+header, header, "mallory").want(t, 200, "")
	}
	v.get("/whose/tenant", "X-Tenant", "acme", "Svc-Data-tenant", "evil").want(t, 200, "acme")
}

func TestHeadersThatCannotTravelAreRefused(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Ledger{}, &Clerk{}, listed)
	for _, tenant := range []string{strings.Repeat("x", 1025), "\xff\xfe"} {
		p := v.get("/whose/tenant", "X-Tenant", tenant).problem(t, http.StatusBadRequest)
		wantText(t, p.Detail, "header X-Tenant")
	}
	p := v.get("/whose/tenant", "X-Tenant", "a", "X-Tenant", "b").problem(t, http.StatusBadRequest)
	wantText(t, p.Detail, "header X-Tenant", "want it once")
	v.get("/whose/tenant", "X-Tenant", strings.Repeat("x", 1024)).want(t, 200, strings.Repeat("x", 1024))
}
