package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSize bounds each source: a larger one is a mistake such as a log file in
// the place of the configuration.
const maxSize = 4 << 20

// Option tells Load where to read from.
type Option func(*loader)

// File reads the YAML file at path; it must exist. Files and texts may be given
// several times: maps are merged deeply, and of anything else the later wins. A
// key that is null in a later source is back at its default.
func File(path string) Option {
	return func(l *loader) {
		l.sources = append(l.sources, source{path, func() ([]byte, error) { return read(path) }})
	}
}

// Text reads content as if it were a file; name stands for the file in errors. It
// is for embedded defaults and tests, and takes its turn among the files.
func Text(name, content string) Option {
	return func(l *loader) {
		l.sources = append(l.sources, source{name, func() ([]byte, error) { return []byte(content), nil }})
	}
}

// Define sets one value, written as PATH=VALUE like "broker.url=nats://bus",
// where PATH is keys joined by dots and VALUE is YAML. It wins over all files
// wherever it stands among the options, and a later one over an earlier.
func Define(assignment string) Option {
	return func(l *loader) { l.defines = append(l.defines, assignment) }
}

// Environ sets where ${NAME} is looked up; os.LookupEnv unless given.
func Environ(lookup func(name string) (value string, set bool)) Option {
	return func(l *loader) { l.lookup = lookup }
}

type loader struct {
	sources []source
	defines []string
	lookup  func(string) (string, bool)
}

type source struct {
	name string
	read func() ([]byte, error)
}

// Load reads all sources and returns what they say together; without options
// that is nothing. It reports the mistakes of all sources at once, each with
// file:line:column, and returns no Config then.
//
// In the scalar values of a source, ${NAME} stands for an environment variable
// that must be set and ${NAME:default} for one that need not be; a default may
// contain further ones, and braces if they balance. "$${" stands for "${". A
// plain scalar that is one substitution and nothing else takes the type that
// the value has as YAML: a number from ${WORKERS:10}, a list from ${HOSTS:[a]}.
// A quoted scalar and a mixed one stay text. The tag !env_var makes a quoted
// scalar behave like a plain one, which lists and maps in flow style need, and
// !raw_env_var makes a plain one text.
func Load(opts ...Option) (*Config, error) {
	l := loader{lookup: os.LookupEnv}
	for _, opt := range opts {
		opt(&l)
	}
	var root *node
	var errs []error
	add := func(n *node, err error) {
		errs = append(errs, err)
		if err == nil {
			root = merge(root, n)
		}
	}
	for _, s := range l.sources {
		add(l.source(s))
	}
	for _, d := range l.defines {
		add(l.define(d))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Config{root: root}, nil
}

func (l *loader) source(s source) (*node, error) {
	data, err := s.read()
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	root, err := parse(s.name, data)
	if err != nil {
		return nil, err
	}
	b := newBuilder(s.name, l.lookup)
	n := b.build(root)
	if n.isNull() {
		n = &node{at: n.at, kind: yaml.MappingNode}
	}
	if n.kind != yaml.MappingNode {
		// Not the text: it may be a token's file that was given by mistake.
		b.fail(n.at, "have a list or a scalar, want a map of sections at the top level")
	}
	return n, errors.Join(b.errs...)
}

func (l *loader) define(assignment string) (*node, error) {
	path, text, ok := strings.Cut(assignment, "=")
	if !ok {
		return nil, fmt.Errorf("--define %s: have no =, want KEY=VALUE", assignment)
	}
	name := "--define " + path
	root, err := parseOne(name, text)
	if err != nil {
		return nil, err
	}
	b := newBuilder(name, l.lookup)
	n, err := wrap(path, b.build(root))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return n, errors.Join(b.errs...)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: have a directory, want a YAML file", path)
	}
	// One byte more than allowed tells parse that there is too much.
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}
