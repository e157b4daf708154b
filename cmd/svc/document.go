package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// printValue prints a value as JSON, in which <, > and & stand as they are.
func printValue(out io.Writer, value any) error {
	text, err := present.EncodeJSON(value)
	if err != nil {
		return err
	}
	return printJSON(out, text)
}

// printJSON writes a document: indented at a terminal, on one line elsewhere.
func printJSON(out io.Writer, text []byte) error {
	var b bytes.Buffer
	indent := json.Compact
	if present.IsTerminal(out) {
		indent = func(dst *bytes.Buffer, src []byte) error { return json.Indent(dst, src, "", "  ") }
	}
	if len(text) == 0 {
		text = []byte("null")
	}
	if err := indent(&b, bytes.TrimSpace(text)); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	b.WriteByte('\n')
	_, err := out.Write(present.SafeJSON(b.Bytes()))
	return err
}

// printIndented prints a value as JSON that people compare and keep, indented everywhere.
func printIndented(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
