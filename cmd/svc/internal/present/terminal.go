package present

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether f is a file behind which a person sits.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
