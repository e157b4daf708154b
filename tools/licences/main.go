// Licences writes down which modules programs link, under which licence, and
// gathers the texts that have to go with a program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// pageFile is where the licences stand.
const pageFile = "docs/licences.md"

// asks are what the command was asked for.
type asks struct {
	root    string // folder of the module
	check   bool
	notices string
}

func main() {
	var a asks
	flag.BoolVar(&a.check, "check", false, "write nothing, and fail if something would be written")
	flag.StringVar(&a.notices, "notices", "", "print the licences of what this `PACKAGE` links, to go with its program")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: licences [-check | -notices PACKAGE] FOLDER")
		os.Exit(2)
	}
	a.root = flag.Arg(0)
	if err := a.run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func (a asks) run(ctx context.Context, out io.Writer) error {
	if a.notices != "" {
		return printNotices(ctx, out, a.root, a.notices)
	}
	want, err := page(a.root)
	if err != nil {
		return err
	}
	file := filepath.Join(a.root, pageFile)
	if !a.check {
		return os.WriteFile(file, []byte(want), 0o644)
	}
	have, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if string(have) != want {
		return errors.New(pageFile + ` is not what the go.mod files say: run "make licences", look at what changed, and commit it`)
	}
	return nil
}
