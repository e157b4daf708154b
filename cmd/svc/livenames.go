package main

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/events"
)

// A completer returns what may follow the arguments of a verb.
type completer func(live *live, args []string) []complete.Name

// liveNames are the verbs whose arguments are names of what is running, by their paths.
// A verb that takes a service, a method, an event or a handler has its line here, and
// nothing else to do.
var liveNames = map[string]completer{
	"svc call":       callNames,
	"svc emit":       first((*complete.Directory).Events),
	"svc ls":         first((*complete.Directory).ServiceNames),
	"svc stats":      first((*complete.Directory).ServiceNames),
	"svc info":       first(servicesAndMethods),
	"svc listen":     first((*complete.Directory).Events),
	"svc ping":       first((*complete.Directory).ServiceNames),
	"svc dlq ls":     first((*complete.Directory).Handlers),
	"svc dlq show":   (*live).letters,
	"svc dlq replay": (*live).lettersAndHandlers,
	"svc dlq drop":   (*live).lettersAndHandlers,
}

// servicesAndMethods returns the services, and their methods.
func servicesAndMethods(d *complete.Directory) []complete.Name {
	return append(d.ServiceNames(), d.Targets()...)
}

// first completes the first argument, after which there is none.
func first(names func(*complete.Directory) []complete.Name) completer {
	return func(l *live, args []string) []complete.Name {
		if len(args) > 0 {
			return nil
		}
		return names(l.Directory)
	}
}

// callNames completes a method, and behind it the parameters that are not given yet.
func callNames(l *live, args []string) []complete.Name {
	if len(args) == 0 {
		return l.Targets()
	}
	var given []string
	for _, arg := range args[1:] {
		name, _, _ := strings.Cut(arg, "=")
		given = append(given, name)
	}
	return l.Params(args[0], given)
}

// takeFolders are the verbs that take folders with packages, by their paths.
var takeFolders = []string{"svc run", "svc vet", "svc build"}

// offerLive gives the verbs below root completion of live names, of folders, and of
// files of configuration.
func offerLive(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		offerLive(child)
	}
	path := cmd.CommandPath()
	if offered := liveNames[path]; offered != nil {
		cmd.ValidArgsFunction = offered.complete
	}
	if slices.Contains(takeFolders, path) {
		cmd.ValidArgsFunction = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { offerValue(cmd, f) })
}

// offerValue says what the value of a flag may be.
func offerValue(cmd *cobra.Command, f *pflag.Flag) {
	directive := cobra.ShellCompDirectiveNoFileComp
	var values []string
	switch f.Name {
	case "config":
		directive, values = cobra.ShellCompDirectiveFilterFileExt, []string{"yaml", "yml"}
	case "broker", "namespace", "timeout", "data", "define":
	default:
		return // what a flag of one verb means is for that verb to say
	}
	_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, directive)) // fails where the verb has said
}

// completeLimit is how long a person waits who presses Tab in a shell.
const completeLimit = 500 * time.Millisecond

// complete is a cobra.CompletionFunc. Where no broker answers there are no names, and
// nothing is said.
func (c completer) complete(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completeLimit)
	defer cancel()
	directive := cobra.ShellCompDirectiveNoFileComp
	l, end, err := openLive(ctx, cmd)
	if err != nil {
		return nil, directive
	}
	defer end()
	var texts []string
	for _, name := range complete.Begins(typed, c(l, args)) {
		if strings.HasSuffix(name.Text, "=") {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		texts = append(texts, cobra.CompletionWithDesc(name.Text, name.About))
	}
	return texts, directive
}

// A live is the broker that names come from, during one completion.
type live struct {
	*complete.Directory

	ctx  context.Context
	conn *broker.Conn
}

// openLive connects to the broker that the flags of a verb name. It returns what ends
// the connection.
func openLive(ctx context.Context, cmd *cobra.Command) (l *live, end func(), err error) {
	var f connectFlags
	f.broker, _ = cmd.Flags().GetString("broker") // empty where the verb has none
	f.namespace, _ = cmd.Flags().GetString("namespace")
	f.files, _ = cmd.Flags().GetStringArray("config")
	f.defines, _ = cmd.Flags().GetStringArray("define")
	settings, _, err := f.settings()
	if err != nil {
		return nil, nil, err
	}
	conn, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	end = func() { _ = conn.Stop(ctx) } // nothing is left to be sent
	if err := conn.Await(ctx); err != nil {
		end()
		return nil, nil, err
	}
	return &live{complete.NewDirectory(conn), ctx, conn}, end, nil
}

// shownLetters is how many dead letters are offered by their numbers.
const shownLetters = 50

// letters returns the numbers of dead letters that are not given yet.
func (l *live) letters(args []string) []complete.Name {
	dead, err := events.OpenDeadLetters(l.ctx, l.conn)
	if err != nil {
		return nil
	}
	var names []complete.Name
	for letter, err := range dead.All(l.ctx, events.LetterFilter{}) {
		if err != nil || len(names) == shownLetters {
			break
		}
		if number := strconv.FormatUint(letter.Number, 10); !slices.Contains(args, number) {
			names = append(names, complete.Name{Text: number, About: cut(letter.Handler+": "+letter.Error, 60)})
		}
	}
	return names
}

// lettersAndHandlers completes numbers, or one handler.
func (l *live) lettersAndHandlers(args []string) []complete.Name {
	names := l.letters(args)
	if len(args) == 0 {
		names = append(names, l.Handlers()...)
	}
	return names
}
