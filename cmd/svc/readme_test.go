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

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

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
		for i, block := range console.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("%s-%d.txtar", strings.ReplaceAll(filepath.Base(page), ".md", ""), i+1)
			if err := os.WriteFile(filepath.Join(scripts, name), []byte(script(block[1])), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	testscript.Run(t, params(t, scripts))
}

func pages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(pages, "../../README.md")
}

// script turns a console block into a test script: a command that ends in & runs
// in the background until the block ends. Blocks run side by side, so what they show
// at port 8000 is at a port of their own.
func script(block string) string {
	web := strings.Contains(block, "localhost:8000")
	block = strings.ReplaceAll(block, "localhost:8000", "localhost:$PORT")
	var commands, files strings.Builder
	commands.WriteString("cd $ENOKI\n")
	background := false
	for i, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(strings.TrimSuffix(part, "\n")+"\n", "\n")
		if run, ok := strings.CutSuffix(command, " &"); ok {
			if web {
				run += " --port $PORT"
			}
			fmt.Fprintf(&commands, "exec sh -c '%s >$WORK/out 2>&1' &svc&\nawait $WORK/out msg=started\n", "exec "+run)
			if web {
				commands.WriteString("exec curl -sf -o /dev/null --retry 99 --retry-delay 1 --retry-all-errors localhost:$PORT/readyz\n")
			}
			background = true
			continue
		}
		fmt.Fprintf(&commands, "exec sh $WORK/command%d\ncmp stdout $WORK/want%d\n", i, i)
		fmt.Fprintf(&files, "-- command%d --\nexec 2>&1\n%s\ntrue\n-- want%d --\n%s", i, command, i, want)
	}
	if background {
		commands.WriteString("kill -INT svc\nwait svc\n")
	}
	return commands.String() + files.String()
}

func TestScriptOfAConsoleBlock(t *testing.T) {
	t.Parallel()
	if have := script("$ svc run ./x &\n$ curl localhost:8000/a\n1\n"); !strings.Contains(have, "exec svc run ./x --port $PORT >") ||
		!strings.Contains(have, "\ncurl localhost:$PORT/a\n") {
		t.Errorf("have:\n%s\nwant a port of its own", have)
	}
	have := script("$ svc run ./x &\n$ svc call a.b\n1\n2\n$ svc ls\n")
	want := `cd $ENOKI
exec sh -c 'exec svc run ./x >$WORK/out 2>&1' &svc&
await $WORK/out msg=started
exec sh $WORK/command1
cmp stdout $WORK/want1
exec sh $WORK/command2
cmp stdout $WORK/want2
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
