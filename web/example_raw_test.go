package web_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Countdown has a raw route: the method reads the request and writes the answer by itself,
// on a worker and with the dependencies of its service.
type Countdown struct {
	_ web.Route `method:"Count" route:"GET /countdown/{from}" timeout:"5s"`
}

// Count sends line by line.
func (*Countdown) Count(w http.ResponseWriter, r *http.Request) error {
	var from int
	if _, err := fmt.Sscan(r.PathValue("from"), &from); err != nil {
		return web.Refuse(http.StatusUnprocessableEntity, "count from a number")
	}
	for n := from; n > 0; n-- {
		_, _ = fmt.Fprintln(w, n)
		w.(http.Flusher).Flush()
	}
	return nil
}

func ExampleRoute_raw() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Countdown{})
	for _, path := range []string{"/countdown/3", "/countdown/x"} {
		answer, err := http.Get(w.URL() + path)
		if err != nil {
			panic(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Printf("%d %s %q\n", answer.StatusCode, answer.Header.Get("Content-Type"), text[:min(6, len(text))])
	}
	// Output:
	// 200 text/plain; charset=utf-8 "3\n2\n1\n"
	// 422 application/problem+json "{\"type"
}
