package main

import (
	"errors"
	"fmt"
	"go/types"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// private are the folders of a module whose packages are nobody's to import.
// Those named internal, wherever they stand, are kept by the go command.
var private = []string{"bench", "cmd", "examples", "test", "tools"}

// load returns the packages of a module that users may import, by folder.
// They are those of Linux, whatever this machine is: a page must not depend on it.
func load(root string) (map[string]*types.Package, error) {
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedModule,
		Dir:  root,
		Env:  append(os.Environ(), "GOOS=linux"),
	}
	loaded, err := packages.Load(config, "./...")
	if err != nil {
		return nil, fmt.Errorf("load the packages of %s: %w", root, err)
	}
	public := make(map[string]*types.Package)
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		folder := strings.TrimPrefix(strings.TrimPrefix(p.PkgPath, p.Module.Path), "/")
		if folder != "" && p.Name != "main" && isPublic(folder) {
			public[folder] = p.Types
		}
	}
	if len(public) == 0 {
		return nil, errors.New("no package that users may import: want the folder of a module")
	}
	return public, nil
}

func isPublic(folder string) bool {
	parts := strings.Split(folder, "/")
	return !slices.Contains(parts, "internal") && !slices.Contains(private, parts[0])
}
