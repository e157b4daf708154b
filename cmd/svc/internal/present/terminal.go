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

// Colours reports whether what is written to f may be coloured: to a terminal, unless
// NO_COLOR is set or TERM is dumb, and elsewhere if CLICOLOR_FORCE is.
func Colours(f any) bool {
	force := os.Getenv("CLICOLOR_FORCE")
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	default:
		return os.Getenv("TERM") != "dumb" && IsTerminal(f)
	}
}
