package web_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web"
)

// Late answers when it is too late.
type Late struct {
	_ web.Route `method:"Wait" route:"GET /wait" timeout:"50ms"`
}

// Wait begins its answer, and never ends it.
func (*Late) Wait(w http.ResponseWriter, r *http.Request) error {
	_, _ = io.WriteString(w, "so far")
	<-r.Context().Done()
	return r.Context().Err()
}

func TestLogNamesTheTimeoutThatEndedARawRoute(t *testing.T) {
	t.Parallel()
	a, log := app(t, "", &Late{})
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	if r, err := http.Get(log.url(t) + "/wait"); err == nil {
		_, _ = io.ReadAll(r.Body) // which is broken off
		_ = r.Body.Close()
	}
	if err := a.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
	wantText(t, log, "raw route ran into its timeout", "tag key timeout of late.Wait")
}
