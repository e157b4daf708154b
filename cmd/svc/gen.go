package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/clientgen"
)

func genVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gen VERB",
		Short: "Generate Go code: clients of services, checks of their tags.",
		Long: "Generate Go code: the client of a service, for other modules; or a file beside a service\n" +
			"that does not compile where a tag names a method that is not there.",
		Example: "  svc gen client ./orders -o internal/orders\n  svc gen entrypoints ./orders",
		Args:    unknownVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(genClientVerb(), genEntrypointsVerb())
	return cmd
}

// place writes a generated file, or with check says what is wrong with the one that is
// there; the command that mends it is how svc was called. Same is for clientgen.Check.
func place(cmd *cobra.Command, path string, text []byte, check bool, same func(string) string) error {
	if check {
		err := clientgen.Check(path, text, same)
		if stale, ok := errors.AsType[*clientgen.StaleError](err); ok {
			return fmt.Errorf("%w\nbring it up to date with: %s", stale, commandWithout("--check"))
		}
		return err
	}
	changed, err := clientgen.Write(path, text)
	if err != nil {
		return err
	}
	note := "wrote "
	if !changed {
		note = "nothing has changed in "
	}
	newNotes(cmd.ErrOrStderr(), false)(note + path)
	return nil
}

// commandWithout is what the user typed, without a flag.
func commandWithout(flag string) string {
	words := []string{"svc"}
	for _, arg := range os.Args[1:] {
		if arg != flag {
			words = append(words, arg)
		}
	}
	return strings.Join(words, " ")
}
