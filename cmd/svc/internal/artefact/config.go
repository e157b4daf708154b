package artefact

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/enoki-go/enoki/config"
)

// Config is what configuration files ask of the place where they are used.
type Config struct {
	Files     []string // relative to the module, with slashes
	Defines   []string // KEY=VALUE, which the image holds
	variables []variable
	servers   []server
	literal   []string // places of secrets that a file holds itself
}

// A variable is one of the environment that a file asks for.
type variable struct {
	name     string
	fallback string
	optional bool // it has a default
	secret   bool
	web      bool // it is the host that the HTTP server listens at
	at       string
}

// A server is one that a URL of a file names.
type server struct {
	kind     kind
	host     string // as the file has it, or the default of its variable
	hostVar  string // "" where the file names the host itself
	user     string
	password string // variable
	database string
	at       string
}

// local reports whether the file itself names this machine.
func (s server) local() bool {
	return s.hostVar == "" && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, s.host)
}

// ReadConfig reads files, each at the index of its name in shown.
func ReadConfig(files, shown []string) (Config, error) {
	c := Config{Files: shown}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return c, err
		}
		var root yaml.Node
		if err := yaml.Unmarshal(text, &root); err != nil {
			return c, fmt.Errorf("%s: %w", shown[i], err)
		}
		c.walk(&root, nil, shown[i])
	}
	return c, nil
}

func (c *Config) asks(name string) bool {
	return slices.ContainsFunc(c.variables, func(v variable) bool { return v.name == name })
}

// walk visits the scalars below n, whose keys are path.
func (c *Config) walk(n *yaml.Node, path []string, file string) {
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, child := range n.Content {
			c.walk(child, path, file)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			c.walk(n.Content[i+1], append(slices.Clip(path), n.Content[i].Value), file)
		}
	case yaml.ScalarNode:
		at := file + ":" + strconv.Itoa(n.Line)
		if n.Tag == "!!str" && holdsSecret(n.Value, path) {
			c.literal = append(c.literal, at)
		}
		c.scalar(n.Value, path, at)
	case yaml.AliasNode:
	}
}

// holdsSecret reports whether a secret stands in text itself, not in a variable.
func holdsSecret(text string, path []string) bool {
	bare := placeholder.ReplaceAllString(text, "")
	if len(path) > 0 && config.Secret(path[len(path)-1]) && bare != "" {
		return true
	}
	u, err := url.Parse(bare)
	if err != nil {
		return false
	}
	password, _ := u.User.Password()
	return password != ""
}

// placeholder is ${NAME} or ${NAME:default}, without defaults that nest.
var placeholder = regexp.MustCompile(`\$\{(\w+)(:([^{}]*))?\}`)

func (c *Config) scalar(text string, path []string, at string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		v := variable{
			name: m[1], fallback: m[3], optional: m[2] != "", at: at,
			secret: config.Secret(m[1]) || slices.ContainsFunc(path, config.Secret),
			web:    strings.Join(path, ".") == "web.host",
		}
		i := slices.IndexFunc(c.variables, func(o variable) bool { return o.name == v.name })
		if i < 0 {
			c.variables = append(c.variables, v)
			continue
		}
		known := &c.variables[i]
		known.optional = known.optional && v.optional
		known.secret, known.web = known.secret || v.secret, known.web || v.web
	}
	if s, ok := readServer(text, at); ok {
		c.servers = append(c.servers, s)
		if i := slices.IndexFunc(c.variables, func(v variable) bool { return v.name == s.password }); i >= 0 {
			c.variables[i].secret = true
		}
	}
}

// readServer takes a URL apart in which variables may stand for parts.
func readServer(text, at string) (server, bool) {
	bare, part := withoutVariables(text)
	u, err := url.Parse(bare)
	if err != nil || u.Host == "" {
		return server{}, false
	}
	k, known := kindOf(u.Scheme)
	if !known {
		return server{}, false
	}
	s := server{kind: k, at: at}
	s.hostVar, s.host = part(u.Hostname())
	_, s.user = part(u.User.Username())
	password, _ := u.User.Password()
	s.password, _ = part(password)
	_, s.database = part(strings.TrimPrefix(u.Path, "/"))
	return s, true
}

// withoutVariables puts a word in the place of each variable of a URL: letters and digits
// alone, as a host may have. It returns what reads a part of the URL: the name and default
// of its variable, or no name and the part itself.
func withoutVariables(text string) (bare string, part func(string) (name, value string)) {
	var found []variable
	bare = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		found = append(found, variable{name: m[1], fallback: m[3]})
		return fmt.Sprintf("variable%d", len(found)-1)
	})
	return bare, func(word string) (name, value string) {
		digits, is := strings.CutPrefix(word, "variable")
		i, err := strconv.Atoi(digits)
		if !is || err != nil || i >= len(found) {
			return "", word
		}
		return found[i].name, found[i].fallback
	}
}
