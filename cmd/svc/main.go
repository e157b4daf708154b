// Command svc runs, calls and inspects services from the terminal.
package main

import (
	"os"
)

func main() {
	runAsVettool(os.Args[1:])
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
