package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// each calls f with every verb that does something.
func each(cmd *cobra.Command, f func(*cobra.Command)) {
	for _, child := range cmd.Commands() {
		if child.Name() != "help" && !child.Hidden {
			each(child, f)
		}
	}
	if cmd.Runnable() && cmd.HasParent() {
		f(cmd)
	}
}

func TestWhatJSONPrintsHasASchema(t *testing.T) {
	t.Parallel()
	each(newRoot(), func(cmd *cobra.Command) {
		f := jsonOf(cmd)
		if f == nil {
			return
		}
		if text, err := f.Schema(); err != nil || len(text) == 0 {
			t.Errorf("%s --json: schema is %q, %v", cmd.CommandPath(), text, err)
		}
	})
}

// without are the verbs that print no data: what they write are files, or what others say.
var without = []string{
	"svc completion", "svc gen client", "svc gen entrypoints", "svc result", "svc docker", "svc compose", "svc k8s",
}

func TestEveryVerbHasJSON(t *testing.T) {
	t.Parallel()
	each(newRoot(), func(cmd *cobra.Command) {
		has := cmd.Flags().Lookup("json") != nil
		if !has && !cmd.HasSubCommands() && !slices.Contains(without, cmd.CommandPath()) {
			t.Errorf("%s has no --json", cmd.CommandPath())
		}
	})
}
