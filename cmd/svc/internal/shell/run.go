package shell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/codec"
)

// options make Starlark as much of Python as it can be.
var options = &syntax.FileOptions{
	Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true,
}

// Names that no program can write.
const (
	showName  = "$show"
	oldPrefix = "$old:"
)

// run runs a chunk.
func (s *Session) run(ctx context.Context, c chunk, show bool) error {
	if strings.TrimSpace(c.text) == "?" {
		c.text = "help"
	}
	f, err := options.Parse(c.name, syntax.FilePortion{Content: []byte(c.text), FirstLine: c.line, FirstCol: 1}, 0)
	if err != nil {
		return s.explain(err, c)
	}
	if show {
		showAll(f.Stmts)
	}
	defer s.carryOver(f)()
	program, err := starlark.FileProgram(f, func(name string) bool {
		// Names are looked up when they are used: a function may use one that
		// is defined later, or redefined.
		return s.globals.Has(name) || !starlark.Universe.Has(name)
	})
	if err != nil {
		return s.explain(err, c)
	}
	return s.init(ctx, program, c)
}

// init runs a compiled chunk and keeps its variables.
func (s *Session) init(ctx context.Context, program *starlark.Program, c chunk) error {
	thread := &starlark.Thread{Name: c.name}
	thread.SetLocal(contextKey, ctx)
	defer context.AfterFunc(ctx, func() { thread.Cancel("interrupted") })()
	variables, err := program.Init(thread, s.globals)
	s.tellSpan()
	maps.Copy(s.globals, variables)
	if exit, ok := errors.AsType[*ExitError](err); ok {
		return exit
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ErrInterrupted
	default:
		return s.explain(err, c)
	}
}

const contextKey = "context"

// contextOf returns the context of the statement that runs.
func contextOf(thread *starlark.Thread) context.Context {
	return thread.Local(contextKey).(context.Context)
}

// showAll makes expressions that stand for themselves calls of show, in the
// blocks of for and if too, as Python does at its prompt.
func showAll(all []syntax.Stmt) {
	for _, stmt := range all {
		switch stmt := stmt.(type) {
		case *syntax.ExprStmt:
			start, end := stmt.Span()
			stmt.X = &syntax.CallExpr{
				Fn:     &syntax.Ident{NamePos: start, Name: showName},
				Lparen: start, Args: []syntax.Expr{stmt.X}, Rparen: end,
			}
		case *syntax.ForStmt:
			showAll(stmt.Body)
		case *syntax.WhileStmt:
			showAll(stmt.Body)
		case *syntax.IfStmt:
			showAll(stmt.True)
			showAll(stmt.False)
		}
	}
}

// show prints a value as Python's prompt does, and keeps it as _.
func (s *Session) show(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if args[0] != starlark.None {
		s.tellSpan()
		text, err := s.shown(args[0])
		if err != nil {
			return nil, err
		}
		s.globals["_"] = args[0]
		if _, err := fmt.Fprintln(s.config.Stdout, text); err != nil {
			return nil, fmt.Errorf("print: %w", err)
		}
	}
	return starlark.None, nil
}

// shown returns a value as it is shown.
func (s *Session) shown(v starlark.Value) (string, error) {
	if !s.config.JSON {
		return s.described(v)
	}
	sent, err := toGo(v)
	if err != nil {
		return "", fmt.Errorf("--json: %w", err)
	}
	text, err := codec.JSON.Append(nil, sent)
	if err != nil {
		return "", fmt.Errorf("--json: %w", err)
	}
	return string(present.SafeJSON(text)), nil
}

// carryOver lets a chunk go on with the variables that it assigns to: a module
// of Starlark begins with none. What it returns is called after the chunk.
func (s *Session) carryOver(f *syntax.File) (done func()) {
	var first syntax.Position
	if len(f.Stmts) > 0 {
		first = syntax.Start(f.Stmts[0])
	}
	var prologue []syntax.Stmt
	names := assigned(f.Stmts)
	for name := range names {
		value := s.globals[name]
		if value == nil {
			delete(names, name)
			continue
		}
		s.globals[oldPrefix+name] = value
		prologue = append(prologue, &syntax.AssignStmt{
			OpPos: first, Op: syntax.EQ,
			LHS: &syntax.Ident{NamePos: first, Name: name},
			RHS: &syntax.Ident{NamePos: first, Name: oldPrefix + name},
		})
	}
	f.Stmts = append(prologue, f.Stmts...)
	return func() {
		for name := range names {
			delete(s.globals, oldPrefix+name)
		}
	}
}

// assigned returns the names that statements bind outside of functions.
func assigned(all []syntax.Stmt) map[string]bool {
	names := make(map[string]bool)
	bind := func(target syntax.Expr) {
		syntax.Walk(target, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Ident:
				names[n.Name] = true
			case *syntax.DotExpr, *syntax.IndexExpr:
				return false // an assignment to a part binds nothing
			}
			return true
		})
	}
	for _, stmt := range all {
		syntax.Walk(stmt, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.DefStmt:
				bind(n.Name)
				return false
			case *syntax.LambdaExpr:
				return false
			case *syntax.AssignStmt:
				bind(n.LHS)
			case *syntax.ForStmt:
				bind(n.Vars)
			}
			return true
		})
	}
	return names
}
