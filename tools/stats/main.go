// Stats prints how long the functions and files of a tree of modules are, how
// much of it is tests, and how many exported names have documentation and a
// runnable example.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	asJSON := flag.Bool("json", false, "print a JSON document instead of tables")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: stats [-json] FOLDER")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *asJSON, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stats:", err)
		os.Exit(1)
	}
}

func run(folder string, asJSON bool, out io.Writer) error {
	files, err := scan(os.DirFS(folder))
	if err != nil {
		return err
	}
	if !asJSON {
		return table(out, summarize(files))
	}
	indented := json.NewEncoder(out)
	indented.SetIndent("", "  ")
	return indented.Encode(summarize(files))
}
