package vet

import (
	"errors"
	"go/types"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/tag"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
	"github.com/enoki-go/enoki/web/gateway"
)

// serviceName is the marker that names a service.
const serviceName = module + "/service.Name"

// kinds are the markers that are asked what they think of a tag and a method. Those of
// users run code of their own, which stays where it is.
var kinds = map[string]entrypoint.Declaration{
	module + "/rpc.Method":     rpc.Method{},
	module + "/rpc.Subject":    rpc.Subject{},
	module + "/events.Handler": events.Handler{},
	module + "/timer.Job":      timer.Job{},
	module + "/web.Route":      web.Route{},
	module + "/web.Socket":     web.Socket{},
	module + "/web.Auth":       web.Auth{},
}

// A resource is a type of field that provides itself: what is asked, and the type that the
// field has then. Those with type parameters are asked with others in their place.
type resource struct {
	declaration dependency.Declaration
	field       reflect.Type
}

func asks[T any](d dependency.Declaration) resource { return resource{d, reflect.TypeFor[T]()} }

// resources are the fields that are asked, by the type without its pointer.
var resources = map[string]resource{
	module + "/rpc.Func":                         asks[rpc.Func[any, any]](rpc.Func[any, any](nil)),
	module + "/rpc.Job":                          asks[rpc.Job[any, any]](rpc.Job[any, any]{}),
	module + "/rpc.Jobs":                         asks[rpc.Jobs](rpc.Jobs{}),
	module + "/rpc.Proxy":                        asks[rpc.Proxy](rpc.Proxy{}),
	module + "/events.Publisher":                 asks[events.Publisher[any]](events.Publisher[any](nil)),
	module + "/events.Dispatcher":                asks[events.Dispatcher](events.Dispatcher(nil)),
	module + "/lock.Mutex":                       asks[lock.Mutex](lock.Mutex{}),
	module + "/web.Hub":                          asks[*web.Hub](&web.Hub{}),
	module + "/web/gateway.Front":                asks[gateway.Front](gateway.Front{}),
	module + "/dependency/sqldb.Session":         asks[*database](&database{}),
	module + "/dependency/sqldb.Database":        asks[*database](&database{}),
	module + "/dependency/sqldb.Migrated":        asks[*database](&database{}),
	module + "/dependency/redisdb.Client":        asks[*redis](&redis{}),
	module + "/dependency/httpclient.Client":     asks[*httpclient.Client](&httpclient.Client{}),
	module + "/dependency/secret.Text":           asks[secret.Text](secret.Text{}),
	module + "/dependency/contextdata.Value":     asks[contextdata.Value[string]](contextdata.Value[string]{}),
	module + "/dependency/contextdata.UserID":    asks[contextdata.UserID](contextdata.UserID("")),
	module + "/dependency/contextdata.Language":  asks[contextdata.Language](contextdata.Language("")),
	module + "/dependency/contextdata.UserAgent": asks[contextdata.UserAgent](contextdata.UserAgent("")),
	module + "/dependency/contextdata.AuthToken": asks[contextdata.AuthToken](contextdata.AuthToken{}),
	module + "/rpc.Client":                       asks[rpc.Client](rpc.Client{}),
}

// pathOf returns the import path and the name of a named type, without its pointer; "" for
// others.
func pathOf(t types.Type) string {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	return named.Obj().Pkg().Path() + "." + named.Obj().Name()
}

// isKind reports whether a type is a kind of entrypoint, by value or behind a pointer.
func isKind(t types.Type) bool {
	return takes(t, "Declare", "reflect.StructTag", "*"+module+"/entrypoint.Method", module+"/entrypoint.Host")
}

// provides reports whether a field of a type provides itself.
func provides(t types.Type) bool {
	return takes(t, "Provide", "reflect.StructField", module+"/dependency.Host")
}

// takes reports whether t, or *t, has a method with parameters of these types.
func takes(t types.Type, method string, params ...string) bool {
	sig := methodOf(t, method)
	if sig == nil || sig.Params().Len() != len(params) {
		return false
	}
	for i, want := range params {
		if types.TypeString(types.Unalias(sig.Params().At(i).Type()), nil) != want {
			return false
		}
	}
	return true
}

// methodOf returns the signature of a method of t, or of *t, nil for none.
func methodOf(t types.Type, name string) *types.Signature {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	return f.Signature()
}

// hasBindings reports whether a service says in code what its entrypoints are.
func hasBindings(t types.Type) bool {
	sig := methodOf(t, "Entrypoints")
	return sig != nil && sig.Params().Len() == 0 && sig.Results().Len() == 1 &&
		types.TypeString(sig.Results().At(0).Type(), nil) == "[]"+module+"/entrypoint.Binding"
}

// database and redis stand for the types of sqldb and redisdb, whose drivers are larger than
// all else that vet links. A test holds them against those.
type database struct{}

// databaseOptions are the tag keys of databases.
type databaseOptions struct{ DB string }

// Provide refuses what sqldb would.
func (*database) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	if err := dependency.WantType[*database](f); err != nil {
		return nil, err
	}
	return nil, tag.Read(f.Tag, &databaseOptions{DB: "default"})
}

type redis struct{}

// Provide refuses what redisdb would.
func (*redis) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	return nil, errors.Join(dependency.WantType[*redis](f), tag.Read(f.Tag, &struct{ Redis string }{"default"}))
}
