package enoki_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const (
	unknownPackage = "is unknown: add a sentence to the table in arch_test.go first"
	unknownModule  = "its module is unknown: add a sentence to the table in arch_test.go first"
)

var importCases = []struct {
	name string
	file string
	path string // what the file imports
	want string // the end of the violation; empty for none
}{
	{"a leaf imports the standard library", "fault/a.go", "go/parser", ""},
	{"a sibling imports the broker", "rpc/a.go", module + "/broker", ""},
	{"a sibling imports a sibling", "rpc/a.go", module + "/events", "of ours, rpc may import broker, codec, dependency, entrypoint, fault, internal/suggest, schema, tag"},
	{"a sibling imports the bus", "web/a.go", "github.com/nats-io/nats.go", "only broker, cmd/svc, cmd/svc/internal/..., examples/plain, internal/plain, test/... may"},
	{"a sibling imports a part of the bus", "web/a.go", "github.com/nats-io/nats.go/jetstream", "only broker, cmd/svc, cmd/svc/internal/..., examples/plain, internal/plain, test/... may"},
	{"a package named like a folder that may", "testing/a.go", "github.com/nats-io/nats.go", "only broker, cmd/svc, cmd/svc/internal/..., examples/plain, internal/plain, test/... may"},
	{"a leaf imports upwards", "fault/a.go", module + "/broker", "of ours, fault may import nothing"},
	{"a leaf imports the root", "fault/a.go", module, "of ours, fault may import nothing"},
	{"service imports a sibling", "service/a.go", module + "/rpc", "of ours, service may import config, dependency, entrypoint, fault, internal/handover, internal/marker, internal/suggest, internal/waitgroup, service/internal/redact, tag"},
	{"service imports a resource", "service/a.go", module + "/dependency/sqldb", "of ours, service may import config, dependency, entrypoint, fault, internal/handover, internal/marker, internal/suggest, internal/waitgroup, service/internal/redact, tag"},
	{"a resource imports its contract", "dependency/sqldb/a.go", module + "/dependency", ""},
	{"a resource imports another", "dependency/sqldb/a.go", module + "/dependency/redisdb", "of ours, dependency/sqldb may import dependency, fault, internal/suggest, tag"},
	{"the embedded broker in the command", "cmd/svc/internal/x/a.go", "github.com/nats-io/nats-server/v2/server", ""},
	{"the embedded broker in the test world", "testing/a.go", "github.com/nats-io/nats-server/v2/server", ""},
	{"the embedded broker in a suite", "test/chaos/a.go", "github.com/nats-io/nats-server/v2/server", ""},
	{"the embedded broker in production", "broker/a.go", "github.com/nats-io/nats-server/v2/server", "only cmd/svc/internal/..., internal/plain, testing, test/... may"},
	{"the command imports the test world", "cmd/svc/a.go", module + "/testing", "of ours, cmd/svc may import cmd/svc/internal/..., vet, " + strings.Join(library, ", ")},
	{"an example imports anything of ours", "examples/hello/a.go", module + "/testing", ""},
	{"fx outside service", "rpc/a.go", "go.uber.org/fx", "only service may"},
	{"a module that nobody planned", "broker/a.go", "example.com/queue", unknownModule},
	{"a module whose name begins like a planned one", "broker/a.go", "github.com/nats-io/nats.go2", unknownModule},
	{"a package that nobody planned", "util/a.go", "fmt", "package util " + unknownPackage},
	{"a package below a planned one", "rpc/wire/a.go", "fmt", "package rpc/wire " + unknownPackage},
	{"a test file", "rpc/a_test.go", module + "/events", ""},
	{"a test waits", "rpc/a_test.go", module + "/internal/await", ""},
	{"production waits as a test does", "rpc/a.go", module + "/internal/await", "only test files may"},
	{"an example waits as a test does", "examples/hello/a.go", module + "/internal/await", "only test files may"},
	{"testdata", "rpc/testdata/a.go", module + "/events", ""},
	{"a hidden folder", ".tools/a.go", module + "/events", ""},
	{"a file that the go command ignores", "rpc/_a.go", module + "/events", ""},
	{"a nested module", "tools/a.go", module + "/events", ""},
	{"a folder of a nested module", "tools/stats/a.go", module + "/events", ""},
}

func TestPlanIsEnforced(t *testing.T) {
	for _, tt := range importCases {
		t.Run(tt.name, func(t *testing.T) {
			tree := fstest.MapFS{
				"go.mod":       {Data: []byte("module " + module)},
				"tools/go.mod": {Data: []byte("module " + module + "/tools")},
				tt.file:        {Data: fmt.Appendf(nil, "package p\n\nimport _ %q\n", tt.path)},
			}
			got, err := plan.check(tree)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.HasSuffix(got[0], tt.want)) {
				t.Errorf("%s imports %s\nhave %q\nwant %q", tt.file, tt.path, got, tt.want)
			}
		})
	}
}

func TestUnreadableSourceIsAnError(t *testing.T) {
	tree := fstest.MapFS{"rpc/a.go": {Data: []byte("not Go")}}
	for _, check := range []checkFunc{plan.check, longFiles, longFunctions} {
		if _, err := check(tree); err == nil {
			t.Error("have no error, want one for a file that is not Go")
		}
	}
}

var sizeCases = []struct {
	name  string
	check checkFunc
	file  string
	text  string
	want  []string
}{
	{"a file at the limit", longFiles, "a.go", lines(300), nil},
	{"a file above the limit", longFiles, "a.go", lines(301), []string{"a.go has 301 lines, want at most 300: split it by what its parts do"}},
	{"a test above the limit", longFiles, "a_test.go", lines(301), []string{"a_test.go has 301 lines, want at most 300: split it by what its parts do"}},
	{"a generated file above the limit", longFiles, "a.go", "// Code generated by hand. DO NOT EDIT.\n\n" + lines(301), nil},
	{"no functions", longFunctions, "a.go", lines(1), nil},
	{"one function in ten is long", longFunctions, "a.go", "package p\n" + functions(9, 25) + functions(1, 26), nil},
	{"two functions in ten are long", longFunctions, "a.go", "package p\n" + functions(8, 25) + functions(2, 26), []string{
		"2 of 10 functions have more than 25 lines, want at most one in ten: split the longest",
		"a.go:202: f has 26 lines", "a.go:228: f has 26 lines",
	}},
	{"all functions are long", longFunctions, "a.go", "package p\n" + functions(1, 40), []string{
		"1 of 1 functions have more than 25 lines, want at most one in ten: split the longest", "a.go:2: f has 40 lines",
	}},
	{"generated functions are long", longFunctions, "a.go", "// Code generated by hand. DO NOT EDIT.\n\npackage p\n" + functions(1, 40), nil},
}

func TestSizesAreEnforced(t *testing.T) {
	for _, tt := range sizeCases {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.check(fstest.MapFS{tt.file: {Data: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +have\n%s", diff)
			}
		})
	}
}

// lines is a Go file of so many lines.
func lines(count int) string {
	return "package p\n" + strings.Repeat("\n", count-1)
}

// functions declares so many functions of so many lines each.
func functions(count, lines int) string {
	return strings.Repeat("func f() {"+strings.Repeat("\n", lines-1)+"}\n", count)
}
