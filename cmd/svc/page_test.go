package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

const (
	page       = "../../docs/cli.md"
	updatePage = "SVC_UPDATE_PAGE" // make page sets it
)

// The page of the command is what its help says, and the schemas of what it prints.
func TestThePageOfTheCommandIsWhatItsHelpSays(t *testing.T) {
	t.Setenv("SVC_DEV_BROKER", "") // help shows the address
	want := writePage(t)
	if os.Getenv(updatePage) != "" {
		if err := os.WriteFile(page, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("docs/cli.md is not what the help of svc says any more; write it with: make page\n%s", firstDifference(string(have), string(want)))
	}
}

func firstDifference(have, want string) string {
	wants := strings.Split(want, "\n")
	for i, line := range strings.Split(have, "\n") {
		if i >= len(wants) || line != wants[i] {
			return fmt.Sprintf("line %d has %q", i+1, line)
		}
	}
	return "it ends too early"
}

func writePage(t *testing.T) []byte {
	t.Helper()
	root := newRoot()
	var b bytes.Buffer
	b.WriteString("# The command svc\n\n<!-- Written by `make page` from the help of the command. -->\n\n" + root.Long + "\n\n")
	b.WriteString("| verb | does |\n|---|---|\n")
	each(root, func(cmd *cobra.Command) {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", cmd.CommandPath(), strings.ReplaceAll(cmd.CommandPath(), " ", "-"), cmd.Short)
	})
	each(root, func(cmd *cobra.Command) { writeVerb(t, &b, cmd) })
	return b.Bytes()
}

func writeVerb(t *testing.T, b *bytes.Buffer, cmd *cobra.Command) {
	t.Helper()
	fmt.Fprintf(b, "\n## %s\n\n```text\n%s```\n", cmd.CommandPath(), help(t, cmd))
	f := jsonOf(cmd)
	if f == nil {
		return
	}
	schema, err := f.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, schema, "", "  "); err != nil {
		t.Fatal(err)
	}
	what := "The document that `--json` prints"
	if f.many {
		what = "Each line that `--json` prints"
	}
	fmt.Fprintf(b, "\n<details><summary>%s, as JSON Schema</summary>\n\n```json\n%s\n```\n\n</details>\n", what, text.Bytes())
}
