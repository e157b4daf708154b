package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/enoki-go/enoki/dependency"
)

// source is a secret, and where it was found: "" for nowhere.
type source struct {
	text   Text
	where  string
	looked []string // the places, in order
}

const (
	folderVariable = "SECRETS_DIR"
	usualFolder    = "/run/secrets"
	most           = 1 << 20 // bytes of a file
)

// find looks for a secret in all of its places. The first that has it wins.
func find(h dependency.Host, name string) (source, error) {
	var configured map[string]Text
	if err := h.Config("secrets", &configured); err != nil {
		return source{}, err
	}
	variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	path := filepath.Join(folder(), name)
	s := source{looked: []string{"the configuration key secrets." + name, "the file " + path, "the environment variable " + variable}}
	if text, ok := configured[name]; ok {
		return s.found(text, s.looked[0])
	}
	text, err := read(path)
	if err == nil {
		return s.found(text, s.looked[1])
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return source{}, fmt.Errorf("secret %s: %w", name, err)
	}
	if text, ok := os.LookupEnv(variable); ok {
		return s.found(New(text), s.looked[2])
	}
	return s, nil
}

func folder() string {
	if dir := os.Getenv(folderVariable); dir != "" {
		return dir
	}
	return usualFolder
}

// found refuses an empty secret, which would let everybody in.
func (s source) found(text Text, where string) (source, error) {
	if text.Empty() {
		return source{}, fmt.Errorf("%s is empty: want a secret there, or nothing", where)
	}
	s.text, s.where = text, where
	return s, nil
}

// missing says where a secret was looked for.
func (s source) missing(name string) error {
	return fmt.Errorf("secret %s is missing: have neither %s (the folder is that of the environment variable %s, else %s)",
		name, strings.Join(s.looked, ", nor "), folderVariable, usualFolder)
}

func read(path string) (Text, error) {
	f, err := os.Open(path)
	if err != nil {
		return Text{}, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return Text{}, err
	}
	if len(text) > most {
		return Text{}, fmt.Errorf("the file %s has more than %d bytes", path, most)
	}
	return New(strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")), nil
}
