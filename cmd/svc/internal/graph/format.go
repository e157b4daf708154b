package graph

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
)

// Format is a way to write a graph.
type Format string

// Formats.
const (
	AsMermaid Format = "mermaid"
	AsDOT     Format = "dot"
	AsSVG     Format = "svg"
)

// formats are the names of formats, and what files of them end in.
var formats = []struct {
	format Format
	ends   []string
}{
	{AsMermaid, []string{".mmd", ".mermaid"}},
	{AsDOT, []string{".dot", ".gv"}},
	{AsSVG, []string{".svg"}},
}

// FormatOf returns the format of that name or, where it is "", that of a file by its end;
// without a file it is Mermaid.
func FormatOf(name, file string) (Format, error) {
	var names, ends []string
	for _, f := range formats {
		names, ends = append(names, string(f.format)), append(ends, f.ends...)
		if name == string(f.format) || name == "" && slices.Contains(f.ends, filepath.Ext(file)) {
			return f.format, nil
		}
	}
	switch {
	case name != "":
		hint := suggest.Hint(name, names)
		if hint != "" {
			hint = "; " + hint
		}
		return "", fmt.Errorf("--format: have %q, want mermaid, dot or svg%s", name, hint)
	case file == "":
		return AsMermaid, nil
	default:
		return "", fmt.Errorf("-o: have %q, want a file that ends in %s, or --format", file, strings.Join(ends, ", "))
	}
}

// Write returns the graph in that format.
func (f Format) Write(g Graph) []byte {
	switch f {
	case AsDOT:
		return DOT(g)
	case AsSVG:
		return SVG(g, Options{})
	default:
		return Mermaid(g)
	}
}
