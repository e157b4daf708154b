package gateway_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web/gateway"
)

// door is a gateway with the tag of the test.
type door struct {
	_ service.Name `name:"door"`
	_ rpc.Method   `method:"Knock"`
}

func (*door) Knock() {}

type (
	plainDoor struct {
		door
		Front gateway.Front
	}
	openDoor struct {
		door
		Front gateway.Front `subjects:">"`
	}
	systemDoor struct {
		door
		Front gateway.Front `subjects:"foo.>,$SYS.>"`
	}
	oddDoor struct {
		door
		Front gateway.Front `concurency:"7"`
	}
	noDoor struct {
		door
		Front gateway.Front `concurrency:"0"`
	}
	twoDoors struct {
		door
		Front, Back gateway.Front
	}
)

// mistakes returns what is wrong with services, before anything starts.
func mistakes(t *testing.T, text string, services ...any) error {
	t.Helper()
	cfg, err := config.Load(config.Text("test", text))
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.New(cfg, service.With(services...), service.Logger(slog.New(slog.DiscardHandler)))
	return err
}

func TestMistakesAreFoundBeforeAnythingStarts(t *testing.T) {
	for _, tt := range []struct {
		config  string
		service any
		want    []string
	}{
		{"", &openDoor{}, []string{"field Front", "gateway.subjects", `have ">"`, `"foo.>"`}},
		{"", &systemDoor{}, []string{`have "$SYS.>"`}},
		{"", &oddDoor{}, []string{`unknown tag key "concurency"`, "concurrency"}},
		{"", &noDoor{}, []string{`concurrency:"0"`}},
		{"", &twoDoors{}, []string{"field Back", `route "/"`, "the gateway of"}},
		{"gateway: {subjects: ['svc.>']}", &plainDoor{}, []string{`have "svc.>"`, "broker.namespace"}},
		{"{gateway: {subjects: ['prod.>']}, broker: {namespace: prod}}", &plainDoor{}, []string{`have "prod.>"`}},
		{"gateway: {subjects: ['in.>'], broker: {namespace: in}}", &plainDoor{}, []string{`have "in.>"`}},
		{"gateway: {subjects: ['foo..x']}", &plainDoor{}, []string{`the word ""`}},
		{
			"gateway: {concurrency: -1, timeout: -1s, refresh: 1ms, services: ['a.b']}", &plainDoor{},
			[]string{"gateway.concurrency: have -1", "gateway.timeout: have -1s", "gateway.refresh: have 1ms", `gateway.services: have "a.b"`},
		},
		{"gateway: {tiemout: 1s}", &plainDoor{}, []string{"tiemout", "timeout"}},
		{"gateway: {broker: {uri: x}}", &plainDoor{}, []string{"uri", "url"}},
	} {
		err := mistakes(t, tt.config, tt.service)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%T with %q: have %v, want an error with %q", tt.service, tt.config, err, want)
			}
		}
	}
	if err := mistakes(t, "gateway: {subjects: ['foo.>', 'bar.*.get'], upper: true, services: [a], timeout: 5s}", &plainDoor{}); err != nil {
		t.Errorf("have %v, want none", err)
	}
	if f := (gateway.Front{}); f.Services() != nil || f.URL() != "" {
		t.Error("a Front that was not filled: have services or a URL")
	}
}
