package syntax_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/syntax"
)

func TestReceiverIsTheTypeOfAMethod(t *testing.T) {
	t.Parallel()
	for declaration, want := range map[string]string{
		"func f()":             "",
		"func (T) f()":         "T",
		"func (t *T) f()":      "T",
		"func (t *T[int]) f()": "",
		"func () f()":          "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+declaration, parser.SkipObjectResolution)
		if file == nil || len(file.Decls) != 1 {
			t.Fatalf("%s: %v", declaration, err)
		}
		if have := syntax.Receiver(file.Decls[0].(*ast.FuncDecl)); have != want {
			t.Errorf("%s: have %q, want %q", declaration, have, want)
		}
	}
}
