package launch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
)

// tree writes the files of a txtar archive into a folder and returns it.
func tree(t *testing.T, archive string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(root, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func find(t *testing.T, cwd string, isolate bool, targets ...string) ([]launch.Program, error) {
	t.Helper()
	return launch.Builder{Cwd: cwd, Cache: t.TempDir()}.Find(t.Context(), targets, isolate)
}

// hosted lists the services of each program.
func hosted(t *testing.T, cwd string, isolate bool, targets ...string) [][]string {
	t.Helper()
	programs, err := find(t, cwd, isolate, targets...)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, p := range programs {
		all = append(all, p.Services())
	}
	return all
}

const zoo = `
-- go.mod --
module example.com/zoo

go 1.26.0
-- zoo.go --
package zoo

import "github.com/enoki-go/enoki/rpc"

type Root struct {
	_ rpc.Method ` + "`method:\"Do\"`" + `
}
-- cats/cats.go --
package cats

import (
	svc "github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/rpc"
)

type Lion struct {
	Name string
	_    rpc.Method ` + "`method:\"Roar\" timeout:\"1s\"`" + `
}

type (
	Tiger struct{ _ svc.Name }
	Plain struct{ Name svc.Name }
)

type Bound struct{}

func (b *Bound) Entrypoints() []int { return nil }

type tame struct{ _ svc.Name }

type Generic[T any] struct{ _ svc.Name }

type Embeds struct{ Lion }

type Name struct{ _ OtherName }

func Options() []svc.Option { return nil }
-- cats/cats_test.go --
package cats

type InTest struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- cats/cats_windows.go --
//go:build ignore

package cats

type Ignored struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- dots/dots.go --
package dots

import . "github.com/enoki-go/enoki/service"

type Dotted struct{ _ Name }

func Options() []Option { return nil }
-- fish/fish.go --
package fish

type Shark struct{ _ struct{} ` + "`method:\"Do\"`" + ` }

func Options() []string { return nil }
-- fish/testdata/hidden/hidden.go --
package hidden

type Hidden struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
`

func TestServicesAreFoundByTheirMarkers(t *testing.T) {
	t.Parallel()
	root := tree(t, zoo)
	for _, tt := range []struct {
		name    string
		cwd     string
		targets []string
		want    [][]string
	}{
		{"everything", ".", nil, [][]string{{"zoo.Root", "cats.Lion", "cats.Tiger", "cats.Bound", "dots.Dotted", "fish.Shark"}}},
		{"a folder", ".", []string{"./cats"}, [][]string{{"cats.Lion", "cats.Tiger", "cats.Bound"}}},
		{"a folder without dot", ".", []string{"cats"}, [][]string{{"cats.Lion", "cats.Tiger", "cats.Bound"}}},
		{"this folder", "fish", []string{"."}, [][]string{{"fish.Shark"}}},
		{"the folder beside", "fish", []string{"../dots"}, [][]string{{"dots.Dotted"}}},
		{"an absolute folder", "fish", []string{root + "/dots"}, [][]string{{"dots.Dotted"}}},
		{"an import path", ".", []string{"example.com/zoo/fish"}, [][]string{{"fish.Shark"}}},
		{"a pattern of import paths", ".", []string{"example.com/zoo/fi..."}, [][]string{{"fish.Shark"}}},
		{"a pattern within a name", ".", []string{"./d..."}, [][]string{{"dots.Dotted"}}},
		{"one struct", ".", []string{"./cats:Tiger"}, [][]string{{"cats.Tiger"}}},
		{"a struct that only embeds one", ".", []string{"./cats:Embeds"}, [][]string{{"cats.Embeds"}}},
		{"a struct somewhere", ".", []string{"./...:Shark"}, [][]string{{"fish.Shark"}}},
		{"two structs of a package", ".", []string{"./cats:Tiger", "./cats:Lion", "cats:Lion"}, [][]string{{"cats.Lion", "cats.Tiger"}}},
		{"a package twice", ".", []string{"./fish", "fish", "./fish/..."}, [][]string{{"fish.Shark"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have := hosted(t, filepath.Join(root, tt.cwd), false, tt.targets...)
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Errorf("targets %q (-want +have):\n%s", tt.targets, diff)
			}
		})
	}
}

func TestOptionsAreOnlyThoseOfServices(t *testing.T) {
	t.Parallel()
	programs, err := find(t, tree(t, zoo), false)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, p := range programs[0].Packages {
		have[filepath.Base(p.ImportPath)] = p.Options
	}
	want := map[string]bool{"zoo": false, "cats": true, "dots": true, "fish": false}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("packages with Options (-want +have):\n%s", diff)
	}
}

func TestIsolateMakesAProgramOfEachService(t *testing.T) {
	t.Parallel()
	have := hosted(t, tree(t, zoo), true, "./cats", "./fish")
	want := [][]string{{"cats.Lion"}, {"cats.Tiger"}, {"cats.Bound"}, {"fish.Shark"}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("programs (-want +have):\n%s", diff)
	}
}

const rooms = `
-- go.mod --
module example.com/rooms

go 1.26.0
-- internal/top/s.go --
package top

type Top struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- a/internal/x/s.go --
package x

type X struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- a/b/internal/y/s.go --
package y

type Y struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- a/internal/c/internal/z/s.go --
package z

type Z struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- ab/internal/w/s.go --
package w

type W struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
`

// A main may import an internal package only from beside or below its parent.
func TestInternalPackagesShareAMainWhereGoLetsThem(t *testing.T) {
	t.Parallel()
	have := hosted(t, tree(t, rooms), false)
	want := [][]string{{"z.Z", "x.X", "top.Top"}, {"y.Y"}, {"w.W"}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("programs (-want +have):\n%s", diff)
	}
}

const mains = `
-- go.mod --
module example.com/mains

go 1.26.0
-- one/main.go --
package main

import "github.com/enoki-go/enoki/service"

func main() { start() }

func start() { service.Main(nil) }
-- two/main.go --
package main

import (
	"example.com/mains/hosted"
	s "github.com/enoki-go/enoki/service"
)

func main() { s.Main(&hosted.Hosted{}) }
-- tool/main.go --
package main

import "example.com/service"

func main() { service.Main() }
-- hosted/s.go --
package hosted

type Hosted struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
-- free/s.go --
package free

type Free struct{ _ struct{} ` + "`method:\"Do\"`" + ` }
`

func TestPatternTakesOnlyMainsThatHost(t *testing.T) {
	t.Parallel()
	root := tree(t, mains)
	for _, tt := range []struct {
		name    string
		targets []string
		want    [][]string
	}{
		{"a service that a found main hosts runs there", []string{"./..."}, [][]string{{"free.Free"}, {"example.com/mains/one"}, {"example.com/mains/two"}}},
		{"a named main runs whatever it is", []string{"./tool"}, [][]string{{"example.com/mains/tool"}}},
		{"a named service runs beside the main that hosts it", []string{"./two", "./hosted"}, [][]string{{"hosted.Hosted"}, {"example.com/mains/two"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, hosted(t, root, false, tt.targets...)); diff != "" {
				t.Errorf("targets %q (-want +have):\n%s", tt.targets, diff)
			}
		})
	}
}

func TestWorkspaceRootRunsItsModulesBelow(t *testing.T) {
	t.Parallel()
	const module = "module example.com/NAME\n\ngo 1.26.0\n"
	const source = "package NAME\n\ntype S struct{ _ struct{} `method:\"Do\"` }\n"
	named := func(text, name string) string { return strings.ReplaceAll(text, "NAME", name) }
	root := tree(t, "-- go.work --\ngo 1.26.0\n\nuse ./one // first\nuse (\n\t\"./deep/two\"\n\t./deep/three\n)\n"+
		"-- one/go.mod --\n"+named(module, "one")+"-- one/s.go --\n"+named(source, "one")+
		"-- deep/two/go.mod --\n"+named(module, "two")+"-- deep/two/s.go --\n"+named(source, "two")+
		"-- deep/three/go.mod --\n"+named(module, "three")+"-- deep/three/s.go --\n"+named(source, "three")+
		"-- unused/go.mod --\n"+named(module, "unused")+"-- unused/s.go --\n"+named(source, "unused"))
	for cwd, want := range map[string][][]string{
		".":    {{"one.S"}, {"two.S"}, {"three.S"}},
		"deep": {{"two.S"}, {"three.S"}},
	} {
		if diff := cmp.Diff(want, hosted(t, filepath.Join(root, cwd), false)); diff != "" {
			t.Errorf("in %s (-want +have):\n%s", cwd, diff)
		}
	}
}
