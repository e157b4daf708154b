package artefact

import (
	"encoding/json"
	"regexp"
	"slices"
)

// plain is text that YAML reads as text without quotes.
var plain = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// meaning are words that are no texts, in YAML 1.1 too, which kubectl reads.
var meaning = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

// postgres is a PostgreSQL with the databases that the configuration names.
func (a *Application) postgres() (File, error) {
	d := a.database()
	others := ""
	if d.others() != "" {
		others = quoted(d.others())
	}
	text, err := fill("template/postgres.yaml", map[string]any{
		"Application": a.Name, "First": quoted(d.first()), "User": quoted(d.admin()), "Password": d.password, "Others": others,
	})
	return File{"postgres.yaml", text}, err
}

// quoted writes a text as YAML does between double quotes, where it has to.
func quoted(text string) string {
	if plain.MatchString(text) && !slices.Contains(meaning, text) {
		return text
	}
	b, _ := json.Marshal(text) // a text is never refused
	return string(b)
}
