package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Behaviour 52 where it happens: ^C during a call, and at a prompt.
func TestInterruptAtATerminalReturnsToThePrompt(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL())
	p.sees(">>> ")
	p.types("print('now'); sleep(100)\r")
	p.sees("\nnow")
	p.types(ctrlC)
	p.sees("interrupted")
	p.sees(">>> ")
	p.types("given up")
	p.sees("given up")
	p.types(ctrlC)
	p.sees("^C")
	p.sees(">>> ")
	p.types("n.rpc.greeting_service.hello(name='world')\r")
	p.sees(" ms\r\n'Hello, world!'\r\n")
	p.sees(">>> ")
	p.types(ctrlD)
	p.ends(0)
}

func TestHistoryOutlivesTheShell(t *testing.T) {
	t.Parallel()
	broker := svctest.NewBroker(t)
	cache := t.TempDir()
	for _, typed := range []string{"40 + 2\r", up + "\r"} {
		p := openShell(t, cache, "--broker", broker.URL())
		p.sees(">>> ")
		p.types(typed)
		p.sees("\n42\r\n")
		p.sees(">>> ")
		p.types("exit(5)\r")
		p.ends(5)
		// The next shell's last line is to be the sum again.
		trimHistory(t, filepath.Join(cache, "svc", "history"))
	}
}

// trimHistory takes away the last line, and checks that only the user can read.
func trimHistory(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("have %v (%v), want a file that only its owner can read", info.Mode(), err)
	}
	if err := os.WriteFile(path, bytes.TrimSuffix(text, []byte("exit(5)\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a person does who has never seen the service: press Tab.
func TestTabFindsTheWayToACall(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{}, &world{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL(), "--define", "workers=20")
	p.sees(">>> ")
	p.types("n.rpc.gre")
	p.completes("n.rpc.greeting_service.")
	p.completes("greeting_service.hello")
	p.types(".call_as")
	p.completes("call_async(")
	p.completes("call_async(name=")
	p.types("'world').result()\r")
	p.sees(" ms\r\n'Hello, world!'\r\n")
	p.sees(">>> ")
	p.types("n.rpc.greeting_service.hello(")
	p.completes("hello(name=")
	p.types("'you')\r")
	p.sees(" ms\r\n'Hello, you!'\r\n")
	p.sees(">>> ")
	p.types("n.rpc." + tab)
	p.completes("greeting_service.")
	p.sees("world.")
	p.types(ctrlC)
	p.sees("^C")
	p.types("n.dispatch_event(")
	p.completes(`n.dispatch_event("payments"`)
	p.types(", ")
	p.completes(`"payments", "paid"`)
	p.types(")['handled']\r")
	p.sees("\nTrue\r\n")
	p.sees(">>> ")
	p.types("n.config['wor" + tab)
	p.sees("n.config['workers']")
	p.types("\r")
	p.sees("\n20\r\n")
	p.types(ctrlD)
	p.ends(0)
}

// world handles an event.
type world struct {
	_ rpc.Method     `method:"Turn"`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
}

func (*world) Turn()             {}
func (*world) OnPaid(events.Raw) {}

func TestBlocksAreTypedWithTabAndFoundAgain(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL())
	p.sees(">>> ")
	p.types("def greet(names):\r")
	p.sees("... ")
	p.types(tab + "return [n.rpc.greeting_service.hello(name=name) for name in names]\r")
	p.sees("... ")
	p.types("\r")
	p.sees(">>> ")
	p.types("greet(['a', 'b'])\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types("1 + 1\r")
	p.sees("\n2\r\n")
	p.sees(">>> ")
	p.types(ctrlR + "greet([")
	p.sees("greet(['a', 'b'])")
	p.types("\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types(up + "\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types("for i in range(2):\r")
	p.sees("... ")
	p.types("x") // liner shows its prompt before it takes over ^C
	p.sees("x")
	p.types(ctrlC)
	p.sees("^C")
	p.sees(">>> ")
	p.types(ctrlD)
	p.ends(0)
}

func TestTabAtATerminalWorksWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := openShell(t, t.TempDir(), "--broker", b.URL())
	p.sees(">>> ")
	b.Stop()
	p.types("n.dispa" + tab)
	p.sees("n.dispatch_event(")
	p.types(ctrlC)
	p.sees(">>> ")
	p.types("n.rpc." + tab)
	p.sees("n.rpc.")
	p.types(ctrlC)
	p.sees(">>> ")
	p.types("40 + 2\r")
	p.sees("\n42\r\n")
	p.types(ctrlD)
	p.ends(0)
}
