package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/enoki-go/enoki/examples/hello"
	svctest "github.com/enoki-go/enoki/testing"
)

// Each shell loads its script as the help says, and a person presses Tab.
func TestShellsCompleteWhatIsRunning(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		shell string
		args  []string
		load  string
	}{
		{"bash", []string{"--norc", "--noprofile", "-i"}, "PS1='re''ady> '; bind 'set enable-bracketed-paste off'; source <(svc completion bash)"},
		{"zsh", []string{"-f", "-i"}, "PS1='re''ady> '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D; source <(svc completion zsh)"},
		{"fish", []string{"--no-config", "-i"}, "function fish_prompt; echo -n 're''ady> '; end; svc completion fish | source"},
	} {
		t.Run(tt.shell, func(t *testing.T) {
			t.Parallel()
			path := lookShell(t, tt.shell)
			w := svctest.New(t, &hello.GreetingService{})
			cmd := exec.Command(path, tt.args...)
			cmd.Env = append(os.Environ(), "NATS_URL="+w.Broker().URL(), "HOME="+t.TempDir(), "TERM=xterm", "PS1=begin> ", "XDG_CONFIG_HOME=", "XDG_DATA_HOME=")
			p := openTerminal(t, cmd)
			p.types(tt.load + "\r")
			p.sees("ready> ")
			p.types("svc call greet")
			p.completes("ing_service.hello")
			p.types("na")
			p.completes("me=")
			p.types("world\r")
			p.sees(`"Hello, world!"`)
			p.sees("ready> ")
			p.types("exit\r")
			p.ends(0)
		})
	}
}

// lookShell finds a shell. Where it is not, the test is skipped, unless it has to run.
func lookShell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("ENOKI_REQUIRE_SERVICES") == "1":
		t.Fatalf("%s is missing: install it", name)
	default:
		t.Skipf("%s is missing: install it to test its completion", name)
	}
	return ""
}
