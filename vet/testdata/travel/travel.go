// Package travel has types that cannot be encoded, and some that can.
package travel

import (
	"context"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

type Tree struct {
	Name     string
	Children []*Tree
	Parent   *Tree `json:"-"`
}

type ID [16]byte

func (i ID) MarshalText() ([]byte, error)  { return nil, nil }
func (i *ID) UnmarshalText(b []byte) error { return nil }

type Money struct{ cents func() int }

func (m Money) MarshalJSON() ([]byte, error)  { return nil, nil }
func (m *Money) UnmarshalJSON(b []byte) error { return nil }

type Deep struct {
	Inner struct{ Feed chan int }
}

type Page[T any] struct {
	Items []T
	Next  string
}

type base struct{ At time.Time }

type Item struct {
	base
	ID    ID
	Price Money
	By    map[ID]int
}

type Travel struct {
	_ rpc.Method `method:"Walk"`
	_ rpc.Method `method:"Items"`
	_ rpc.Method `method:"Feed"`                    // want `rpc\.Method of Feed: results of Feed\(\) <-chan int: describe result 1: have .*chan int, want a type that JSON can carry; a field is left out with json:"-"`
	_ rpc.Method `method:"Deep"`                    // want `rpc\.Method of Deep: parameters of Deep\(travel\.Deep\): describe parameter 1\.Inner\.Feed: have chan int`
	_ rpc.Method `method:"Complex"`                 // want `rpc\.Method of Complex: parameters of Complex\(complex128\): describe parameter 1: have complex128`
	_ rpc.Method `method:"Keys"`                    // want `have map key travel\.Deep|map key`
	_ web.Route  `method:"Deep" route:"POST /deep"` // want `web\.Route of Deep: .*have chan int, want a type that JSON can carry`
	_ web.Route  `method:"One" route:"GET /items/{id}" args:"id"`
	_ web.Route  `method:"Raw" route:"GET /raw"`
	_ web.Route  `method:"Pages" route:"GET /pages"`
}

func (*Travel) Walk(ctx context.Context, t Tree) (Tree, error) { return t, nil }
func (*Travel) Items(p Page[Item]) (Page[Item], error)         { return p, nil }
func (*Travel) Feed() <-chan int                               { return nil }
func (*Travel) Deep(d Deep)                                    {}
func (*Travel) Complex(c complex128)                           {}
func (*Travel) Keys(m map[Deep]int)                            {}
func (*Travel) One(ctx context.Context, id ID) (web.Reply[Item], error) {
	return web.Reply[Item]{}, nil
}
func (*Travel) Raw(w http.ResponseWriter, r *http.Request) {}
func (*Travel) Pages(q struct {
	Since *time.Time `query:"since"`
	Limit int        `query:"limit" default:"10" maximum:"100"`
}) (Page[Item], error) {
	return Page[Item]{}, nil
}
