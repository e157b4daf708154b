package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/rpc"
)

// arguments are what somebody typed behind SERVICE.METHOD: pairs, or a document.
type arguments struct {
	pairs    []pair
	document []byte // nil for none
}

// pair is NAME=VALUE.
type pair struct{ name, text string }

// readArguments reads the words of the command line or, without any, standard
// input.
func readArguments(words []string, stdin io.Reader) (arguments, error) {
	if len(words) == 0 {
		return readInput(stdin)
	}
	if json.Valid([]byte(words[0])) {
		if len(words) > 1 {
			return arguments{}, fmt.Errorf("have %d JSON documents, want one: put several arguments into an array, as in '[1, 2]'", len(words))
		}
		return arguments{document: []byte(words[0])}, nil
	}
	var a arguments
	for _, word := range words {
		name, text, ok := strings.Cut(word, "=")
		if !ok || name == "" || strings.ContainsAny(name, "{}[]\" ") {
			return a, fmt.Errorf("have argument %q, want NAME=VALUE, or one JSON document, such as '\"text\"' or '[1, 2]', in quotes for the shell", word)
		}
		a.pairs = append(a.pairs, pair{name, text})
	}
	return a, nil
}

// maxInput bounds a document: brokers take messages of 1 MiB unless told
// otherwise.
const maxInput = 8 << 20

func readInput(stdin io.Reader) (arguments, error) {
	if present.IsTerminal(stdin) {
		return arguments{}, nil
	}
	text, err := io.ReadAll(io.LimitReader(stdin, maxInput+1))
	switch text = bytes.TrimSpace(text); {
	case err != nil:
		return arguments{}, fmt.Errorf("read standard input: %w", err)
	case len(text) > maxInput:
		return arguments{}, fmt.Errorf("standard input: more than %d bytes", maxInput)
	case len(text) == 0:
		return arguments{}, nil
	case !json.Valid(text):
		return arguments{}, errors.New("standard input is not one JSON document; text is written in quotes, as in echo '\"world\"'")
	}
	return arguments{document: text}, nil
}

// resolve returns the arguments of a call. A value that is valid JSON may still
// be meant as text: then the parameter's schema decides, for which an instance
// of the service is asked.
func (a arguments) resolve(ctx context.Context, client *rpc.Standalone, target string) ([]any, error) {
	switch {
	case a.document != nil:
		return []any{rpc.JSON(a.document)}, nil
	case len(a.pairs) == 0:
		return nil, nil
	}
	named := make(rpc.Named, len(a.pairs))
	var texts map[string]bool
	for _, p := range a.pairs {
		if _, twice := named[p.name]; twice {
			return nil, exitWith(exitUsage, fmt.Errorf("argument %s is given twice", p.name))
		}
		if !json.Valid([]byte(p.text)) || strings.HasPrefix(p.text, `"`) {
			named[p.name] = textOf(p.text)
			continue
		}
		if texts == nil {
			texts = textParameters(ctx, client, target)
		}
		if named[p.name] = json.RawMessage(p.text); texts[p.name] {
			named[p.name] = p.text
		}
	}
	return []any{named}, nil
}

// textOf reads a JSON string, or takes text as it is.
func textOf(text string) string {
	var s string
	if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	return s
}

// textParameters returns the names of the parameters, or of the fields of the
// only one, whose schema takes nothing but text. Where no instance says, none.
func textParameters(ctx context.Context, client *rpc.Standalone, target string) map[string]bool {
	service, method, _ := strings.Cut(target, ".")
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	info, err := client.Connection().Describe(ctx, service)
	if err != nil {
		return map[string]bool{}
	}
	texts := make(map[string]bool)
	for _, e := range info.Endpoints {
		if e.Name == method {
			readTexts([]byte(e.Metadata["input"]), texts)
		}
	}
	return texts
}

// readTexts notes which properties of a schema are text.
func readTexts(schema []byte, texts map[string]bool) {
	var s struct {
		Type       any                           `json:"type"`
		Title      string                        `json:"title"`
		Properties map[string]struct{ Type any } `json:"properties"`
	}
	if json.Unmarshal(schema, &s) != nil {
		return
	}
	if s.Title != "" && s.Type == "string" {
		texts[s.Title] = true
	}
	for name, property := range s.Properties {
		if property.Type == "string" {
			texts[name] = true
		}
	}
}
