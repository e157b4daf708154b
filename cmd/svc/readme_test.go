package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	shown = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	// local is where the servers of the examples listen.
	local = regexp.MustCompile(`\blocalhost:[58]000\b`)
)

// What the documentation shows of a terminal is what a terminal shows: every
// console block is run, and each command must print what stands below it.
func TestConsoleBlocksOfTheDocumentation(t *testing.T) {
	t.Parallel()
	scripts := t.TempDir()
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range shown.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("%s-%s-%d.txtar", filepath.Base(filepath.Dir(page)), strings.ReplaceAll(filepath.Base(page), ".md", ""), i+1)
			if err := os.WriteFile(filepath.Join(scripts, name), []byte(script(block[1])), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	testscript.Run(t, params(t, scripts))
}

func pages(t *testing.T) []string {
	t.Helper()
	pages := []string{"../../README.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../examples/*/README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	return pages
}

// script turns a console block into a test script: a command that ends in & runs
// in the background until the block ends. Blocks run side by side, so what they show
// at port 8000 or 5000 is at a port of their own. In what a command prints, … stands for
// whatever is there on that line. Logs are as on a terminal, without its colours.
func script(block string) string {
	web := local.MatchString(block)
	block = local.ReplaceAllLiteralString(block, "localhost:$PORT")
	var commands, files strings.Builder
	commands.WriteString("checkout\nenv SVC_LOG=pretty\n")
	background := false
	for i, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(strings.TrimSuffix(part, "\n")+"\n", "\n")
		if run, ok := strings.CutSuffix(command, " &"); ok {
			if web {
				run += " --port $PORT"
			}
			fmt.Fprintf(&commands, "exec sh -c '%s >$WORK/out 2>&1' &svc&\nawait $WORK/out ' ready '\n", "exec "+run)
			if web {
				commands.WriteString("exec curl -sf -o /dev/null --retry 99 --retry-delay 1 --retry-all-errors localhost:$PORT/readyz\n")
			}
			background = true
			continue
		}
		fmt.Fprintf(&commands, "exec sh $WORK/command%d\nprints $WORK/want%d\n", i, i)
		fmt.Fprintf(&files, "-- command%d --\nexec 2>&1\n%s\ntrue\n-- want%d --\n%s", i, command, i, want)
	}
	if background {
		commands.WriteString("kill -INT svc\nwait svc\n")
	}
	return commands.String() + files.String()
}

func TestScriptOfAConsoleBlock(t *testing.T) {
	t.Parallel()
	for _, port := range []string{"8000", "5000"} {
		if have := script("$ svc run ./x &\n$ curl localhost:" + port + "/a\n1\n"); !strings.Contains(have, "exec svc run ./x --port $PORT >") ||
			!strings.Contains(have, "\ncurl localhost:$PORT/a\n") {
			t.Errorf("%s: have:\n%s\nwant a port of its own", port, have)
		}
	}
	have := script("$ svc run ./x &\n$ svc call a.b\n1\n2\n$ svc ls\n")
	want := `checkout
env SVC_LOG=pretty
exec sh -c 'exec svc run ./x >$WORK/out 2>&1' &svc&
await $WORK/out ' ready '
exec sh $WORK/command1
prints $WORK/want1
exec sh $WORK/command2
prints $WORK/want2
kill -INT svc
wait svc
-- command1 --
exec 2>&1
svc call a.b
true
-- want1 --
1
2
-- command2 --
exec 2>&1
svc ls
true
-- want2 --
`
	if have != want {
		t.Errorf("have:\n%s\nwant:\n%s", have, want)
	}
}

// prints is `prints FILE`: it fails unless the last command has printed the text of FILE,
// in which … stands for anything but the end of a line.
func prints(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: prints FILE")
	}
	if have, want := ts.ReadFile("stdout"), ts.ReadFile(args[0]); !fits(have, want) {
		ts.Fatalf("have:\n%s\nwant:\n%s", have, want)
	}
}

func fits(have, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", ".+")
	return regexp.MustCompile("^" + pattern + "$").MatchString(have)
}

func TestDotsStandForWhatDiffers(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]bool{
		"{\"id\":\"7123456\"}\n": true, "{\"id\":\"\"}\n": false, "{\"id\":\"7\n\"}\n": false,
		"{\"id\":\"7\"}\n\n": false, "x{\"id\":\"7\"}\n": false, "{\"id\":\"7\"}": false,
	} {
		if fits(have, "{\"id\":\"…\"}\n") != want {
			t.Errorf("%q: have %t, want %t", have, !want, want)
		}
	}
}
