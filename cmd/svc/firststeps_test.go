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

const firstSteps = "../../docs/first-steps.md"

var (
	goShown   = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	goFile    = regexp.MustCompile("`([a-z_]+\\.go)`")
	said      = regexp.MustCompile(`(?m)^(svc call [^#\n]*?) +# (.*)$`)
	textShown = regexp.MustCompile("(?ms)^```text\n(.*?)^```$")
)

// A newcomer copies the files of the page of the first ten minutes, one after the other,
// while svc run --reload runs what is there, and sees what the page says.
func TestFirstStepsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(firstSteps)
	if err != nil {
		t.Fatal(err)
	}
	scripts := t.TempDir()
	if err := os.WriteFile(filepath.Join(scripts, "first_steps.txtar"), []byte(follow(t, string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, params(t, scripts))
}

// follow makes a script of the page.
func follow(t *testing.T, page string) string {
	t.Helper()
	files := filesOf(page)
	for _, name := range []string{"book.go", "guestbook.go", "thanks.go", "page.go", "night.go", "guestbook_test.go"} {
		if files[name] == "" {
			t.Fatalf("the page has no file %s", name)
		}
	}
	calls, mistake := said.FindAllStringSubmatch(page, -1), textShown.FindStringSubmatch(page)
	if len(calls) != 3 || mistake == nil {
		t.Fatalf("have the calls %q and the mistake %q on the page, want 3 and 1", calls, mistake)
	}
	var calling, archive strings.Builder
	for i, call := range calls {
		fmt.Fprintf(&calling, "exec sh $WORK/call%d\nprints $WORK/want%d\n", i, i)
		fmt.Fprintf(&archive, "-- call%d --\nexec 2>&1\n%s\ntrue\n-- want%d --\n%s\n", i, call[1], i, call[2])
	}
	archive.WriteString("-- mistake --\n" + mistake[1])
	for name, text := range files {
		archive.WriteString("-- " + name + " --\n" + text)
	}
	return fmt.Sprintf(steps, calling.String()) + archive.String()
}

// steps are what the reader does, with the calls of the page at %s. To describe is to
// build, which may take longer than await waits.
const steps = `exec svc new guestbook
cd guestbook
cp $WORK/book.go $WORK/guestbook.go .
exec svc describe .
exec sh -c 'exec svc run --reload . --config config.yml --port $PORT >$WORK/out 2>&1' &svc&
await $WORK/out 'msg=ready'
%scp $WORK/thanks.go .
exec svc describe .
await $WORK/out 'started.*service=thanks'
exec svc call guestbook.sign name=ann text=nice
await $WORK/out 'thank you.*to=ann greeting=Hello'
cp $WORK/night.go .
exec svc describe .
await $WORK/out 'started.*service=night'
exec svc call night.tidy
stdout '^0$'
cp $WORK/page.go .
env GOPROXY=$PROXY
exec go mod tidy
env GOPROXY=off
exec svc describe .
await $WORK/out 'started.*service=page'
exec curl -sf localhost:$PORT/entries
kill -INT svc
wait svc
exec sh $WORK/replace
exec gofmt -l .
! stdout .
exec go test ./...
exec sed -i s/"Sign"/"Singn"/ guestbook.go
exec sh $WORK/vet
prints $WORK/mistake
exec svc vet --fix .
exec svc vet .
exec svc graph .
stdout entries
-- replace --
sed -i '/^)$/q' guestbook_test.go
echo >>guestbook_test.go
cat $WORK/guestbook_test.go >>guestbook_test.go
-- vet --
exec 2>&1
svc vet .
true
`

// filesOf returns the files that a page shows, each by the name that stands last before it.
func filesOf(page string) map[string]string {
	files := make(map[string]string)
	for _, at := range goShown.FindAllStringSubmatchIndex(page, -1) {
		if names := goFile.FindAllStringSubmatch(page[:at[0]], -1); names != nil {
			if name := names[len(names)-1][1]; files[name] == "" {
				files[name] = page[at[2]:at[3]]
			}
		}
	}
	return files
}
