package config_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/stage"
)

// Files are merged in their order: maps deeply; of anything else the later wins.
func ExampleFile() {
	t := new(stage.Stage)
	defer t.End()
	base, more := filepath.Join(t.TempDir(), "base.yml"), filepath.Join(t.TempDir(), "production.yml")
	for file, text := range map[string]string{
		base: "shop: {name: corner, hours: {open: 9, close: 18}, days: [mon, tue]}",
		more: "shop: {hours: {close: 20}, days: [sat]}",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			panic(err)
		}
	}

	c, err := config.Load(config.File(base), config.File(more))
	if err != nil {
		panic(err)
	}
	var shop struct {
		Name  string
		Hours struct{ Open, Close int }
		Days  []string
	}
	fmt.Println(c.Section("shop", &shop), shop)
	// Output: <nil> {corner {9 20} [sat]}
}

// A program brings configuration along, and takes what it is told above it.
func ExampleConfig_Above() {
	defaults, err := config.Load(config.Text("defaults", "web: {port: 5000, title: Shop}"))
	if err != nil {
		panic(err)
	}
	told, err := config.Load(config.Define("web.port=80"))
	if err != nil {
		panic(err)
	}
	out, err := told.Above(defaults).YAML()
	fmt.Print(string(out), err)
	// Output:
	// web:
	//     port: 80
	//     title: Shop
	// <nil>
}
