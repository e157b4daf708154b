package entrypoint

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// Binding declares an entrypoint without a marker field; see Bind.
type Binding struct {
	Declaration Declaration
	Method      string // Go name
	Tag         reflect.StructTag
	File        string // where Bind was called
	Line        int
	Err         error // what was wrong with the arguments of Bind
}

// Bind declares that a method expression is reached by an entrypoint. It is the
// form that the compiler checks; a service returns its bindings from a method
// Entrypoints:
//
//	func (*Orders) Entrypoints() []entrypoint.Binding {
//		return []entrypoint.Binding{
//			entrypoint.Bind(rpc.Method{}, (*Orders).Create, `args:"customer,items"`),
//		}
//	}
func Bind(d Declaration, method any, tag ...reflect.StructTag) Binding {
	return BindAt(1, d, method, tag...)
}

// BindAt is Bind for a function that binds on behalf of others: mistakes are reported
// with the place that many calls further up.
func BindAt(skip int, d Declaration, method any, tag ...reflect.StructTag) Binding {
	b := Binding{Declaration: d, Tag: joinTags(tag)}
	_, b.File, b.Line, _ = runtime.Caller(1 + skip)
	b.Method, b.Err = methodName(method)
	return b
}

func joinTags(tags []reflect.StructTag) reflect.StructTag {
	texts := make([]string, len(tags))
	for i, t := range tags {
		texts[i] = string(t)
	}
	return reflect.StructTag(strings.Join(texts, " "))
}

// methodName returns the Go name of a method expression: the runtime calls
// (*Orders).Create "path/orders.(*Orders).Create".
func methodName(method any) (string, error) {
	v := reflect.ValueOf(method)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "", fmt.Errorf("bind: have %T, want a method expression such as (*Orders).Create", method)
	}
	full := runtime.FuncForPC(v.Pointer()).Name()
	name := full[strings.LastIndexByte(full, '.')+1:]
	local := strings.ReplaceAll(full[strings.LastIndexByte(full, '/')+1:], "[...]", "") // package, receiver, name
	if strings.HasSuffix(name, "-fm") || strings.HasPrefix(name, "func") || strings.Count(local, ".") < 2 {
		return "", fmt.Errorf("bind: have %s, want a method expression such as (*Orders).Create", full)
	}
	return name, nil
}
