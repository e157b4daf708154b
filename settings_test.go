package enoki_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
)

const settingsPage = "docs/configuration.md"

// A setting is a row of the page: its key, its type and its default.
type setting struct{ key, kind, usual string }

// computed are defaults that are no constants, and what stands for the section of a
// broker elsewhere.
var computed = map[string]setting{
	"databases.<name>.url":   {"databases.<name>.url", "text", "sqlite:"},
	"redis.<name>.pool_size": {"redis.<name>.pool_size", "number", "10 for each CPU"},
	"gateway.broker":         {"gateway.broker", "section", "–"},
}

// What the page says of keys, types and defaults is what the structs of the code say.
func TestPageOfTheConfigurationHasAllSettings(t *testing.T) {
	t.Setenv("NATS_URL", "")
	page := settingsOf(readAll(t, "docs", ".md")[settingsPage])
	code := spy(t)
	for _, key := range slices.Sorted(maps.Keys(code)) {
		if have, want := page[key], code[key]; have != want {
			t.Errorf("%s: have of %s %q, want | `%s` | %s | %s |", settingsPage, key, have, want.key, want.kind, want.usual)
		}
		delete(page, key)
	}
	// What is left is read by packages that show their structs to nobody.
	for _, key := range slices.Sorted(maps.Keys(page)) {
		if err := misread(key); err != nil {
			t.Errorf("%s has the key %s, which nobody reads: %v", settingsPage, key, err)
		}
	}
}

// A section that the code asks for stands on the page, wherever the code asks.
func TestPageOfTheConfigurationHasAllSections(t *testing.T) {
	asks := regexp.MustCompile(`\.(?:Config|Section)\((?:prefix *\+ *)?"([A-Za-z_]+)[."]`)
	page := settingsOf(readAll(t, "docs", ".md")[settingsPage])
	found := 0
	for name, text := range readAll(t, ".", ".go") {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "examples/") || strings.Contains(name, "testdata/") || strings.Contains(name, "sqltest/") {
			continue
		}
		for _, section := range asks.FindAllStringSubmatch(text, -1) {
			found++
			if !slices.ContainsFunc(slices.Collect(maps.Keys(page)), func(key string) bool { return inSection(key, section[1]) }) {
				t.Errorf("%s asks for the section %s, which is not in %s", name, section[1], settingsPage)
			}
		}
	}
	if found < 10 {
		t.Errorf("have %d sections asked for, want 10 at least: has the code another form?", found)
	}
}

// A key that a page of the documentation names is one of the configuration.
func TestKeysThatPagesNameAreRead(t *testing.T) {
	pages := readAll(t, "docs", ".md")
	known := settingsOf(pages[settingsPage])
	maps.Copy(pages, map[string]string{"README.md": readAll(t, ".", ".md")["README.md"]})
	for name, text := range pages {
		if name == "docs/decisions.md" || name == "docs/cli.md" {
			continue
		}
		text = strings.ReplaceAll(text, "`rpc.system.name`", "") // an attribute of spans
		for _, key := range keysIn(text, known) {
			if !isRead(key, known) {
				t.Errorf("%s names the configuration key %s, which is not in %s", name, key, settingsPage)
			}
		}
	}
}

func TestKeysAreFoundInText(t *testing.T) {
	known := map[string]setting{"web.port": {}, "web.headers": {}, "redis.<name>.url": {}, "drain": {}}
	text := "`web.port` and `web.prot`, `redis.cache.url`, `redis.cache.uri`, `web.headers.x`, `services.orders.web.body`, `orders.create`, `--define web.hots=x` `web: {prot: 1}`"
	var wrong []string
	for _, key := range keysIn(text, known) {
		if !isRead(key, known) {
			wrong = append(wrong, key)
		}
	}
	if want := []string{"web.prot", "redis.cache.uri", "web.body", "web.hots"}; !slices.Equal(wrong, want) {
		t.Errorf("have %q, want %q", wrong, want)
	}
}

var (
	settingRow = regexp.MustCompile("(?m)^\\| `([A-Za-z0-9_.<>]+)` \\| ([^|]+) \\| ([^|]+) \\|")
	code       = regexp.MustCompile("`[^`\n]+`")
	dotted     = regexp.MustCompile(`(?:^|[\s(])(?:services\.[a-z_]+\.)?([a-z0-9_]+(?:\.(?:[a-z0-9_-]+|<[a-z]+>))+)(?:$|[\s=,:)])`)
)

// settingsOf reads the tables of the page.
func settingsOf(page string) map[string]setting {
	rows := make(map[string]setting)
	for _, row := range settingRow.FindAllStringSubmatch(page, -1) {
		rows[row[1]] = setting{row[1], row[2], strings.Trim(row[3], "` ")}
	}
	return rows
}

func inSection(key, section string) bool {
	return key == section || strings.HasPrefix(key, section+".")
}

// keysIn returns what is written as code and begins as a key does.
func keysIn(text string, known map[string]setting) (keys []string) {
	for _, span := range code.FindAllString(text, -1) {
		for _, found := range dotted.FindAllStringSubmatch(strings.Trim(span, "`"), -1) {
			section, _, _ := strings.Cut(found[1], ".")
			if slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(key string) bool { return strings.HasPrefix(key, section+".") }) {
				keys = append(keys, found[1])
			}
		}
	}
	return keys
}

// isRead reports whether a key is known, leads to one, or lies in a map.
func isRead(key string, known map[string]setting) bool {
	have := strings.Split(key, ".")
	for k, row := range known {
		want := strings.Split(k, ".")
		n := min(len(have), len(want))
		inMap := len(have) == len(want)+1 && (strings.HasSuffix(row.kind, "by name") || strings.HasSuffix(k, "headers"))
		if (len(have) <= len(want) || inMap) && slices.EqualFunc(have[:n], want[:n], func(a, b string) bool { return a == b || strings.HasPrefix(b, "<") }) {
			return true
		}
	}
	return false
}

// misread says why nobody reads a key of the packages service and telemetry, which keep
// their structs to themselves: they are given a configuration that has it, without a value.
func misread(key string) error {
	cfg, err := config.Load(config.Define(key + "=null"))
	if err != nil {
		return err
	}
	var log struct{ Level, Format string } // which service.Main reads
	_, err = service.New(cfg, append(telemetry.Options(), service.With(new(idle)))...)
	if err = errors.Join(err, cfg.Section("log", &log)); err != nil {
		return err
	}
	for _, unused := range cfg.Unused() {
		return fmt.Errorf("want it asked for: %s", unused.Key)
	}
	return nil
}

// idle is a service.
type idle struct {
	_ rpc.Method `method:"Wait"`
}

// Wait is called by nobody.
func (*idle) Wait() {}
