package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
)

// writeMains is --main: one program is a package in the folder, several are one each in
// folders of their own below it.
func (f *buildFlags) writeMains(cmd *cobra.Command, cwd string, programs []launch.Program) error {
	folder := f.main
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(cwd, folder)
	}
	files := make([]artefact.File, len(programs))
	for i, name := range launch.Names(programs) {
		files[i].Path = "main.go"
		if len(programs) > 1 {
			files[i].Path = name + "/main.go"
		}
		dir := filepath.Dir(filepath.Join(folder, filepath.FromSlash(files[i].Path)))
		text, err := programs[i].Source(dir, mainComment(name), false)
		if err != nil {
			return fmt.Errorf("--main: %w", err)
		}
		files[i].Text = string(text)
	}
	states, err := artefact.Write(folder, files, f.force)
	if err != nil {
		return err
	}
	return printFiles(cmd.OutOrStdout(), f.json, shownPath(cwd, folder), files, states)
}

func mainComment(name string) string {
	return "Command " + name + " hosts its services as one process. It was written by svc build --main,\n" +
		"and is yours: add what you like."
}
