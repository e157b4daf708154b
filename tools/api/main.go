// Api writes down what the packages of a module export, one line for each
// thing, so that a change of it is seen in review.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// asks are what the command was asked for.
type asks struct {
	root    string // folder of the module
	check   bool
	against string
}

func main() {
	var a asks
	flag.BoolVar(&a.check, "check", false, "write nothing, and fail if something would be written")
	flag.StringVar(&a.against, "against", "", "write nothing, and say what breaks those who use `REVISION`")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: api [-check | -against REVISION] FOLDER")
		os.Exit(2)
	}
	a.root = flag.Arg(0)
	if err := a.run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

func (a asks) run(ctx context.Context, out io.Writer) error {
	if a.against != "" {
		return compare(ctx, out, a.root, a.against)
	}
	packages, err := load(a.root)
	if err != nil {
		return err
	}
	pages := make(map[string]string, len(packages))
	for folder, p := range packages {
		pages[folder+".txt"] = page(p)
	}
	if a.check {
		return check(filepath.Join(a.root, pagesFolder), pages)
	}
	return write(filepath.Join(a.root, pagesFolder), pages)
}
