package assertgen_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/assertgen"
)

// generate writes a package of one file and generates the assertions for it.
func generate(t *testing.T, source string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := assertgen.Generate(dir)
	return string(text), err
}

const head = "package shop\n\nimport (\n\t\"context\"\n\n\tclock \"time\"\n\n\t\"github.com/enoki-go/enoki/rpc\"\n)\n\n"

func TestEachTaggedMethodIsAsserted(t *testing.T) {
	t.Parallel()
	have, err := generate(t, head+`type Shop struct {
	_ rpc.Method `+"`method:\"Create\"`"+`
	_ rpc.Method `+"`method:\"Create\" name:\"make\"`"+`
	_ rpc.Method `+"`method:\"Wait\"`"+`
}

func (s *Shop) Create(ctx context.Context, a, b string, n int) (left int, err error) { return 0, nil }
func (Shop) Wait(until clock.Time) {}
func (Shop) other() {}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"_ func(*Shop, context.Context, string, string, int) (int, error) = (*Shop).Create",
		"// shop.go:12: _ rpc.Method `method:\"Create\"`\n",
		"= (*Shop).Wait", "clock \"time\"",
	} {
		if !strings.Contains(have, want) {
			t.Errorf("have no %q in:\n%s", want, have)
		}
	}
	if n := strings.Count(have, "(*Shop).Create"); n != 1 {
		t.Errorf("have Create %d times, want it once:\n%s", n, have)
	}
}

func TestMethodOfAnEmbeddedTypeIsAssertedWithoutItsSignature(t *testing.T) {
	t.Parallel()
	have, err := generate(t, head+"type Shop struct {\n\tclock.Timer\n\t_ rpc.Method `method:\"Stop\"`\n}\n")
	if err != nil || !strings.Contains(have, "_ = (*Shop).Stop") {
		t.Errorf("have %s, %v, want Stop asserted", have, err)
	}
}

func TestTagWithoutAMethodIsAnError(t *testing.T) {
	t.Parallel()
	_, err := generate(t, head+"type Shop struct {\n\t_ rpc.Method `method:\"Craete\"`\n}\n\nfunc (*Shop) Create() {}\n")
	if err == nil || !strings.Contains(err.Error(), "shop.go:12: ") || !strings.Contains(err.Error(), `did you mean "Create"?`) {
		t.Errorf("have %v, want the position and the name that was meant", err)
	}
}

func TestPackageWithoutServicesHasNothing(t *testing.T) {
	t.Parallel()
	if _, err := generate(t, "package shop\n\ntype Shop struct{ _ int }\n"); !errors.Is(err, assertgen.ErrNothing) {
		t.Errorf("have %v, want %v", err, assertgen.ErrNothing)
	}
}

func TestPositionsDoNotCount(t *testing.T) {
	t.Parallel()
	a := "\t_ func(*Shop) = (*Shop).Wait // shop.go:12: _ rpc.Method `method:\"Wait\"`"
	if have := assertgen.Unplaced(a); have != assertgen.Unplaced(strings.Replace(a, "12", "345", 1)) || have == a {
		t.Errorf("have %q, want it without the line", have)
	}
	if b := strings.Replace(a, "Wait", "Stop", 1); assertgen.Unplaced(a) == assertgen.Unplaced(b) {
		t.Errorf("%q and %q count as the same", a, b)
	}
}
