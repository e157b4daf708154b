package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/enoki-go/enoki/internal/suggest"
)

// verbs builds the subcommands, in the order of the help. A verb reports
// failures as errors (see exit.go for their codes), writes data to
// cmd.OutOrStdout and the rest to cmd.ErrOrStderr, and its Example has two or
// more lines that begin with "svc".
var verbs = []func() *cobra.Command{
	newVerb,
	runVerb,
	vetVerb,
	callVerb,
	resultVerb,
	shellVerb,
	lsVerb,
	statsVerb,
	infoVerb,
	pingVerb,
	permissionsVerb,
	contractVerb,
	emitVerb,
	listenVerb,
	dlqVerb,
	genVerb,
	dashVerb,
	gatewayVerb,
	describeVerb,
	openapiVerb,
	graphVerb,
	buildVerb,
	dockerVerb,
	composeVerb,
	k8sVerb,
	doctorVerb,
	brokerVerb,
	devRedisVerb,
	configVerb,
	completionVerb,
	versionVerb,
}

const rootLong = `Run, call and inspect services.

Data goes to standard output, the rest to standard error. With --json data are JSON, whose
schemas docs/cli.md has. Exit codes, of all verbs:

    0   done
    1   failed
    2   wrong arguments or flags
    3   no such service, method or target, or nobody there to take a call
    4   the broker refuses the credentials
    5   no answer in time
    6   the method answered with an error
    130 interrupted

The environment counts where flags say nothing:

    NATS_URL        URL of the broker
    SVC_DEV_BROKER  address of the development broker (127.0.0.1:4222)
    SVC_DEV_REDIS   address of the development Redis (127.0.0.1:6379)
    SVC_DEV_IDLE    how long both stay when nobody uses them (5m)
    NO_COLOR        no colours, whatever it is`

const helpTemplate = `{{with .Example}}Examples:
{{.}}

{{end}}{{with (or .Long .Short)}}{{.}}

{{end}}{{.UsageString}}`

const usageTemplate = `Usage: {{.UseLine}}{{if .HasAvailableSubCommands}}

Verbs:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}

Help for a verb: {{.CommandPath}} VERB --help{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`

// run is the whole command: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(context.Background())
	printError(stderr, err)
	return exitCode(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "svc VERB",
		Short:         "Run, call and inspect services.",
		Long:          rootLong,
		Example:       "  svc run ./examples/hello\n  svc broker",
		Args:          unknownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Version:       thisVersion().Svc,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true // there is completionVerb
	for _, verb := range verbs {
		root.AddCommand(verb())
	}
	prepare(root)
	offerLive(root)
	return root
}

// prepare gives cmd and all below it what every verb has in common.
func prepare(cmd *cobra.Command) {
	cmd.SetHelpTemplate(helpTemplate)
	cmd.SetUsageTemplate(usageTemplate)
	cmd.SetFlagErrorFunc(flagError)
	cmd.DisableFlagsInUseLine = true
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			return asUsage(cmd, inWords(cmd, args, check(cmd, args)))
		}
	}
	for _, child := range cmd.Commands() {
		prepare(child)
	}
}

// inWords says of too many or too few arguments what was expected: cobra only counts.
func inWords(cmd *cobra.Command, args []string, err error) error {
	if err == nil || !strings.Contains(err.Error(), "arg(s)") && !strings.HasPrefix(err.Error(), "unknown command") {
		return err
	}
	given := "no argument"
	if len(args) > 0 {
		given = strings.Join(args, " ")
	}
	return fmt.Errorf("have %s, want: %s", given, cmd.UseLine())
}

// unknownVerb refuses what follows svc and is no verb.
func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if hint := suggest.Hint(args[0], names); hint != "" {
		return fmt.Errorf("unknown verb %q; %s", args[0], hint)
	}
	return fmt.Errorf("unknown verb %q; there are: %s", args[0], strings.Join(names, ", "))
}

// flagError adds the nearest flag to the complaint about one that is unknown.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return asUsage(cmd, err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	have := unknown.GetSpecifiedName()
	text := "unknown flag " + dashes(have) + have
	if near := suggest.Nearest(have, names); near != "" {
		text += "; did you mean --" + near + "?"
	}
	return asUsage(cmd, errors.New(text))
}

func dashes(name string) string { return strings.Repeat("-", min(len(name), 2)) }
