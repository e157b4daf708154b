package telemetry_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Scales weigh.
type Scales struct {
	_ rpc.Method `method:"Weigh" args:"letters"`
	_ web.Route  `method:"Ready" route:"GET /scales"`
}

// Weigh is counted, and timed.
func (*Scales) Weigh(letters string) int { return len(letters) }

// Ready has the process serve HTTP, and so /metrics.
func (*Scales) Ready() {}

// Options is in the package of the service: svc run, and a main of your own, take it.
func Options() []service.Option { return telemetry.Options() }

func ExampleOptions() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Scales{}, Options())
	svctest.Call[int](w, "scales.weigh", "abc")
	answer, err := http.Get(w.URL() + "/metrics")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "svc_workers{") {
			fmt.Println(line)
		}
	}
	// Output: svc_workers{service="scales"} 10
}
