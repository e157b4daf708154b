package service_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// Each of these services is wrong in one way; a test finds the line of the
// mistake by the mark in its comment.

type methods struct{}

func (*methods) Hello(string) string { return "" }
func (*methods) Sum(int, int) int    { return 0 }

type misspelt struct {
	methods
	_ probe `method:"Helo"` // @misspelt
}

type nothingLike struct {
	methods
	_ probe `method:"Quit"` // @nothingLike
}

func (*nothingLike) Own() {}
func (*misspelt) Own()    {}

type keyless struct {
	_ probe `kind:"rpc"` // @keyless
}

func (*keyless) Own() {}

type unknownKey struct {
	_ probe `method:"Own" kinds:"rpc"` // @unknownKey
}

func (*unknownKey) Own() {}

type malformed struct{}

func (*malformed) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(probe{}, (*malformed).Own, `workers:"1" kind=rpc`)} // @malformed
}

func (*malformed) Own() {}

type noWorkers struct {
	_ probe `method:"Own" workers:"0"` // @noWorkers
}

func (*noWorkers) Own() {}

type noKind struct {
	_ struct{} `method:"Own"` // @noKind
}

func (*noKind) Own() {}

type badSignatures struct {
	_ probe `method:"Late"`     // @late
	_ probe `method:"Early"`    // @early
	_ probe `method:"Variadic"` // @variadic
}

func (*badSignatures) Late(string, context.Context) {}                 //nolint:revive // refused for this
func (*badSignatures) Early() (error, string)       { return nil, "" } //nolint:revive,staticcheck // refused for this
func (*badSignatures) Variadic(...string)           {}

type badEntrypoints struct { // @badEntrypoints
	methods
}

func (*badEntrypoints) Entrypoints() []string { return nil }

type badBindings struct{}

func (b *badBindings) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(probe{}, b.Own),                                // @boundValue
		entrypoint.Bind(nil, (*badBindings).Own),                       // @boundNil
		entrypoint.Bind(probe{}, (*methods).Sum),                       // @boundOther
		entrypoint.Bind(probe{}, (*badBindings).Own, `method:"Hello"`), // @boundTwice
	}
}
func (*badBindings) Own() {}

type locks struct {
	mu sync.Mutex //nolint:unused // it is the mistake // @lockDirect

	Nested       struct{ inner [2]struct{ once sync.Once } } // @lockNested
	lockBase                                                 //nolint:unused // it holds the mistake
	sync.RWMutex                                             // @lockEmbedded
	Count        atomic.Int64                                // @lockAtomic

	Fine   *sync.Mutex
	Shared struct{ *sync.Mutex }

	_ probe `method:"Own"`
}

func (*locks) Own() {}

type lockBase struct { //nolint:unused // it holds the mistake
	group sync.WaitGroup // @lockBase
}

type unprovided struct {
	Client *slog.LevelVar // @unprovided
	_      probe          `method:"Own"`
}

func (*unprovided) Own() {}

type badName struct {
	_ service.Name `name:"no dots." version:"1.2"` // @badName
	_ probe        `method:"Own"`
}

func (*badName) Own() {}

type emptyName struct {
	_ service.Name `name:"" titel:"x"` // @emptyName
	_ probe        `method:"Own"`
}

func (*emptyName) Own() {}

type generic[T any] struct { // @generic
	_ probe `method:"Own"`
}

func (*generic[T]) Own(T) {}

type idle struct { // @idle
	methods
}

func (*idle) Own() {}

type twin struct { // @twin
	_ service.Name `name:"shop"`
	_ probe        `method:"Own"`
}

func (*twin) Own() {}

// Positions that are harder to find.

type withValueMethods struct {
	_ probe `method:"Owm"` // @valueMethod
}

func (withValueMethods) Own() {}

type embedding struct {
	embedded
	embeddedBare //nolint:unused // it holds the mistake
}

func (*embedding) Own() {}

type embedded struct {
	_ probe `method:"Owm"` // @embedded
}

func (embedded) Extra() {}

type embeddedBare struct { //nolint:unused // it holds the mistake
	_ probe `method:"Owm"` // @embeddedBare
}
