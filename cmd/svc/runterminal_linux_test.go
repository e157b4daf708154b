package main

import (
	"testing"

	svctest "github.com/enoki-go/enoki/testing"
)

// On a terminal logs are for people, in colour unless somebody does not want that.
func TestLogsOnATerminalAreForPeople(t *testing.T) {
	t.Parallel()
	broker, cache := svctest.NewBroker(t).URL(), t.TempDir()
	if err := shareBuilds(cache); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		env  []string
		want []string // in this order
	}{
		{
			[]string{"TERM=xterm", "NO_COLOR="},
			[]string{"svc: running hello.GreetingService", "\x1b[32mINFO \x1b[0m \x1b[36mgreeting_service\x1b[0m  started                  \x1b[2mversion="},
		},
		{[]string{"TERM=xterm", "NO_COLOR=1"}, []string{" INFO  greeting_service  started                  version="}},
		{[]string{"TERM=dumb", "NO_COLOR="}, []string{" INFO  greeting_service  started                  version="}},
		{[]string{"TERM=xterm", "SVC_LOG=json"}, []string{`"msg":"svc","note":"running hello.GreetingService"`, `"msg":"started","service":"greeting_service"`}},
	} {
		env := append(goEnv(t), "XDG_CACHE_HOME="+cache, "SVC_LOG=")
		p := open(t, append(env, tt.env...), "run", "../../examples/hello", "--broker", broker)
		for _, text := range tt.want {
			p.sees(text)
		}
		p.types(ctrlC)
		p.ends(0)
	}
}
