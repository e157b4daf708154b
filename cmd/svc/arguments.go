package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/cmd/svc/internal/shape"
	"github.com/enoki-go/enoki/internal/suggest"
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

// resolve returns the arguments of a call. Pairs are read as the schema of the method says,
// for which an instance of the service is asked: a value that is valid JSON may still be
// meant as text, and a name that the method does not have would be ignored.
func (a arguments) resolve(ctx context.Context, client *rpc.Standalone, target string) ([]any, error) {
	var input []byte
	if names := a.names(); len(names) > 0 {
		input = inputOf(ctx, client, target)
		if err := checkNames(ctx, client, target, names, input); err != nil {
			return nil, err
		}
	}
	switch {
	case a.document != nil:
		return []any{rpc.JSON(a.document)}, nil
	case len(a.pairs) == 0:
		return nil, nil
	}
	return a.named(input)
}

// names returns what the pairs, or the document where it is an object, give a value to.
func (a arguments) names() []string {
	if a.document != nil {
		var object map[string]json.RawMessage
		if json.Unmarshal(a.document, &object) != nil {
			return nil // an array, or a value: it names nothing
		}
		return slices.Sorted(maps.Keys(object))
	}
	names := make([]string, len(a.pairs))
	for i, p := range a.pairs {
		names[i] = p.name
	}
	return names
}

// named reads the pairs as the schema of a method's input says.
func (a arguments) named(input []byte) ([]any, error) {
	named, texts := make(rpc.Named, len(a.pairs)), textParameters(input)
	for _, p := range a.pairs {
		if _, twice := named[p.name]; twice {
			return nil, exitWith(exitUsage, fmt.Errorf("argument %s is given twice", p.name))
		}
		switch {
		case !json.Valid([]byte(p.text)) || strings.HasPrefix(p.text, `"`):
			named[p.name] = textOf(p.text)
		case texts[p.name]:
			named[p.name] = p.text
		default:
			named[p.name] = json.RawMessage(p.text)
		}
	}
	return []any{named}, nil
}

// inputOf asks any instance of a service what a method takes; nil where none says.
func inputOf(ctx context.Context, client *rpc.Standalone, target string) []byte {
	service, method, _ := strings.Cut(target, ".")
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	info, err := client.Connection().Describe(ctx, service)
	if err != nil {
		return nil
	}
	for _, e := range info.Endpoints {
		if e.Name == method {
			return []byte(e.Metadata["input"])
		}
	}
	return nil
}

// checkNames refuses names that no instance knows.
func checkNames(ctx context.Context, client *rpc.Standalone, target string, names []string, input []byte) error {
	unknown := unknownName(names, input)
	if unknown == "" {
		return nil
	}
	if elsewhere, err := knowsNames(ctx, client, target, names); err != nil || elsewhere {
		return err
	}
	var known []string
	for _, p := range shape.Fields(input) {
		known = append(known, p.Name)
	}
	text := fmt.Sprintf("call %s: have unknown argument %q, want %s", target, unknown, suggest.List(known))
	if near := suggest.Nearest(unknown, known); near != "" {
		text += "; did you mean " + near + "?"
	}
	return exitWith(exitUsage, errors.New(present.Safe(text)))
}

// knowsNames reports whether the method of any instance has names: of another version,
// perhaps.
func knowsNames(ctx context.Context, client *rpc.Standalone, target string, names []string) (bool, error) {
	service, method, _ := strings.Cut(target, ".")
	found, err := client.Connection().Discover(ctx, service)
	if err != nil {
		return false, err
	}
	for _, info := range found {
		for _, e := range info.Endpoints {
			if e.Name == method && unknownName(names, []byte(e.Metadata["input"])) == "" {
				return true, nil
			}
		}
	}
	return false, nil
}

// unknownName returns the first name that a method which takes input does not have; "" where
// it has all, or may take any.
func unknownName(names []string, input []byte) string {
	if !shape.Closed(input) {
		return ""
	}
	fields := shape.Fields(input)
	for _, name := range names {
		if !slices.ContainsFunc(fields, func(f shape.Parameter) bool { return f.Name == name }) && name != shape.Title(input) {
			return name
		}
	}
	return ""
}

// textOf reads a JSON string, or takes text as it is.
func textOf(text string) string {
	var s string
	if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	return s
}

// textParameters returns the names of the parameters, or of the fields of the only one,
// whose schema takes nothing but text.
func textParameters(input []byte) map[string]bool {
	texts := make(map[string]bool)
	for _, p := range shape.Fields(input) {
		texts[p.Name] = p.Text
	}
	if name := shape.Title(input); name != "" {
		texts[name] = shape.IsText(input)
	}
	return texts
}
