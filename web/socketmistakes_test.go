package web_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// amiss is a service with the sockets that a test wants.
type amiss struct {
	_       service.Name `name:"amiss"`
	entries []entrypoint.Binding
}

// Entrypoints declares them.
func (a *amiss) Entrypoints() []entrypoint.Binding { return a.entries }

// The methods have all sorts of signatures.
func (*amiss) Say(string) string      { return "" }
func (*amiss) Shout(string) string    { return "" }
func (*amiss) Come() error            { return nil }
func (*amiss) Go() error              { return nil }
func (*amiss) Channel(chan int)       {}
func (*amiss) Two(string, int) string { return "" }

func TestMistakesOfSocketsAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	say := func(tags ...string) entrypoint.Binding {
		return entrypoint.Bind(web.Socket{}, (*amiss).Say, reflect.StructTag(strings.Join(tags, " ")))
	}
	tests := []struct {
		name    string
		entries []entrypoint.Binding
		parts   []string
	}{
		{"name", []entrypoint.Binding{say(`name:"a.b"`)}, []string{`tag key name: have "a.b"`}},
		{"path", []entrypoint.Binding{say(`path:"ws"`)}, []string{`tag key path: have "ws", want a path without wildcards`}},
		{"wildcard", []entrypoint.Binding{say(`path:"/{room}"`)}, []string{`tag key path: have "/{room}"`}},
		{"unknown key", []entrypoint.Binding{say(`pfad:"/ws"`)}, []string{`unknown tag key "pfad"`}},
		{"hook", []entrypoint.Binding{say(`on:"open"`)}, []string{`tag on: have "open", want one of connect, disconnect`}},
		{"hook with a parameter", []entrypoint.Binding{say(`on:"connect"`)}, []string{"tag key on: have Say(", "want func([ctx context.Context]) [error]"}},
		{"timeout", []entrypoint.Binding{say(`timeout:"soon"`)}, []string{`tag key timeout: have "soon"`}},
		{"auth", []entrypoint.Binding{say(`auth:"basic"`)}, []string{`tag auth: have "basic"`}},
		{"args", []entrypoint.Binding{entrypoint.Bind(web.Socket{}, (*amiss).Two, `args:"a"`)}, []string{"tag key args: have 1 names"}},
		{"parameter without a form", []entrypoint.Binding{entrypoint.Bind(web.Socket{}, (*amiss).Channel)}, []string{"parameters of Channel"}},
		{
			"name twice",
			[]entrypoint.Binding{say(), entrypoint.Bind(web.Socket{}, (*amiss).Shout, `name:"say"`)},
			[]string{`name "say" is taken at /ws by amiss.Say`, "tag key name"},
		},
		{
			"hook twice",
			[]entrypoint.Binding{entrypoint.Bind(web.Socket{}, (*amiss).Come, `on:"connect"`), entrypoint.Bind(web.Socket{}, (*amiss).Go, `on:"connect"`)},
			[]string{"amiss.Come runs on connect at /ws already"},
		},
		{
			"auth of some",
			[]entrypoint.Binding{say(`auth:"none"`), entrypoint.Bind(web.Socket{}, (*amiss).Shout)},
			[]string{`tag key auth: other markers of amiss at /ws have "none", want all or none of them to say "none"`},
		},
		{
			"auth of others",
			[]entrypoint.Binding{say(), entrypoint.Bind(web.Socket{}, (*amiss).Shout, `auth:"none"`)},
			[]string{`tag key auth: other markers of amiss at /ws have no such key`},
		},
		{
			"path of a route",
			[]entrypoint.Binding{entrypoint.Bind(web.Route{}, (*amiss).Come, `route:"GET /ws"`), say()},
			[]string{`"GET /ws" of amiss.Come`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantText(t, mistake(t, "", &amiss{entries: tt.entries}), tt.parts...)
		})
	}
}

func TestTheSameNameAtTwoPathsIsNoMistake(t *testing.T) {
	t.Parallel()
	err := mistake(t, "", &amiss{entries: []entrypoint.Binding{
		entrypoint.Bind(web.Socket{}, (*amiss).Say), entrypoint.Bind(web.Socket{}, (*amiss).Say, `path:"/other"`),
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestMistakesOfTheSocketConfigurationNameTheirKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"read_limit", "ping", "pong", "write", "queue", "max", "rate", "burst", "parallel"} {
		zero := "0"
		if slices.Contains([]string{"ping", "pong", "write"}, key) {
			zero = "0s"
		}
		err := mistake(t, "web: {sockets: {"+key+": "+zero+"}}", new(Bar))
		wantText(t, err, "web.sockets."+key, "more than 0")
	}
	wantText(t, mistake(t, "web: {sockets: {idle: -1s}}", new(Bar)), "web.sockets.idle")
	wantText(t, mistake(t, "web: {sockets: {origins: [app.example]}}", new(Bar)), "web.sockets.origins", `"app.example"`)
	wantText(t, mistake(t, "web: {sockets: {limit: 1}}", new(Bar)), `"limit"`, "read_limit")
}
