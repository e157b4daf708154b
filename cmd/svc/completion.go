package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completionScripts write what a shell reads.
var completionScripts = []struct {
	shell string
	write func(root *cobra.Command, out io.Writer) error
}{
	{"bash", func(root *cobra.Command, out io.Writer) error {
		if err := root.GenBashCompletionV2(out, true); err != nil {
			return err
		}
		_, err := io.WriteString(out, bashWords)
		return err
	}},
	{"zsh", func(root *cobra.Command, out io.Writer) error { return root.GenZshCompletion(out) }},
	{"fish", func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) }},
}

// bashWords takes the place of a function that cobra's script has from the package
// bash-completion, which is not everywhere: it puts words together again that bash
// cuts at = and :.
const bashWords = `
__svc_init_completion()
{
    COMPREPLY=()
    local i word rest=$COMP_LINE
    words=() cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#words[@]} -gt 0 && ${rest} != [[:blank:]]* ]]; then
            words[${#words[@]}-1]+=${word}
        else
            rest=${rest#"${rest%%[![:blank:]]*}"}
            words+=("${word}")
        fi
        rest=${rest#"${word}"}
        ((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
    done
    cur=${words[cword]}
    prev=${words[cword > 0 ? cword - 1 : 0]}
}
`

func completionVerb() *cobra.Command {
	shells := make([]string, len(completionScripts))
	for i, s := range completionScripts {
		shells[i] = s.shell
	}
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Write what has a shell complete svc.",
		Long: "Write a script that has bash, zsh or fish complete verbs, flags and files after svc, and\n" +
			"the names of what is running: services, methods and their parameters, handlers. It asks\n" +
			"the broker that the flags before the cursor name, NATS_URL, or the default, for half a\n" +
			"second at the most.\n\n" +
			"To have it in each new terminal:\n\n" +
			"  bash  echo 'source <(svc completion bash)' >>~/.bashrc\n" +
			"  zsh   echo 'autoload -U compinit; compinit; source <(svc completion zsh)' >>~/.zshrc\n" +
			"  fish  echo 'svc completion fish | source' >>~/.config/fish/config.fish",
		Example: "  svc completion bash > ~/.local/share/bash-completion/completions/svc\n" +
			"  svc completion fish | source",
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return fmt.Errorf("have %q, want the name of one shell: %s", strings.Join(args, " "), strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s := completionScripts[slices.Index(shells, args[0])]
			return s.write(cmd.Root(), cmd.OutOrStdout())
		},
	}
}
