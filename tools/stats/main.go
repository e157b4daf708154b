// Stats prints how long the functions and files of a module are, and how much
// of it is tests.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: stats FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stats:", err)
		os.Exit(1)
	}
}

func run(folder string, out io.Writer) error {
	files, err := scan(os.DirFS(folder))
	if err != nil {
		return err
	}
	return report(out, files)
}
