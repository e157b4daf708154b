package names

import (
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web/gateway"
)

type Orders struct {
	_ rpc.Method `method:"Create"`
}

func (Orders) Create() {}

type Shop struct { // want "^service name \"orders\" is taken by names\\.Orders at .*names\\.go:9:6; give one of them another with `_ service\\.Name `name:\"…\"``$"
	_ service.Name `name:"orders"`
	_ rpc.Method   `method:"Create"`
}

func (Shop) Create() {}

type Spaced struct {
	_ service.Name `name:"or ders"` // want `^service name: have "or ders", want 1 to 64 letters, digits, - or _$`
	_ rpc.Method   `method:"Create"`
}

func (Spaced) Create() {}

type Versioned struct {
	_ service.Name `version:"1.2"` // want `^service version: have "1\.2", want a semantic version such as 1\.2\.0$`
	_ rpc.Method   `method:"Create"`
}

func (Versioned) Create() {}

type Größe struct { // want `service name: have "größe", which is that of the type, want 1 to 64 letters`
	_ rpc.Method `method:"Create"`
}

func (Größe) Create() {}

type Idle struct { // want "^names\\.Idle declares no entrypoint: add a marker field such as `_ rpc\\.Method `method:\"Hello\"``$"
	_ service.Name `name:"idle"`
}

type Front struct {
	_     service.Name `name:"front"`
	Front gateway.Front
}

// Kindless names a method in a type that is no marker.
type Kindless struct {
	_ struct{} `method:"Create"` // want `^struct \{\} is no kind of entrypoint for method "Create": it has no method Declare \(see entrypoint\.Declaration\)$`
}

func (Kindless) Create() {}
