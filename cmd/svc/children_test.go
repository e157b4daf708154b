package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
)

func TestPortsOfAllInstancesMustExist(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		instances, port int
		wrong           string // "" for nothing
	}{
		{1, 0, ""},
		{1, 65535, ""},
		{3, 8080, ""},
		{3, 65533, ""},
		{3, 65534, "--port: have 65534 for the HTTP server of 3 instances"},
		{1, 65536, "--port: have 65536"},
		{1, -1, "--port: have -1"},
		{0, 0, "-n: have 0, want at least 1 instance"},
	} {
		err := (&runFlags{instances: tt.instances, port: tt.port}).check()
		if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("-n %d --port %d: have %v, want %q", tt.instances, tt.port, err, tt.wrong)
		}
	}
}

// Programs do not know of each other: all begin at the same port.
func TestInstancesOfEveryProgramCountFromTheSamePort(t *testing.T) {
	t.Parallel()
	f := runFlags{instances: 2, port: 8080, logFlags: logFlags{log: console.Options{Format: console.Text}}}
	all := f.processes(make([]launch.Program, 2), []string{"a", "b"}, address{url: "nats://127.0.0.1:1"}, "")
	var have []string
	for _, p := range all {
		i := slices.Index(p.Args, "--define")
		have = append(have, p.Path+" "+p.Args[i+1]+" "+strings.Join(p.Args[len(p.Args)-2:], " "))
	}
	want := []string{"a web.offset=0 --port 8080", "a web.offset=1 --port 8080", "b web.offset=0 --port 8080", "b web.offset=1 --port 8080"}
	if !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}
