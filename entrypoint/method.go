package entrypoint

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

// Method is a method of a service struct, func([ctx,] args…) (results…[, error]).
type Method struct {
	Name string         // Go name
	In   []reflect.Type // parameters, without the context
	Out  []reflect.Type // results, without the error

	Params    []string    // names of the parameters, where the marker gives them
	Sensitive []Sensitive // what of the parameters must not be shown; both are set by the host

	function   reflect.Value // receiver is the first argument
	args       reflect.Type  // struct of the parameters
	hasContext bool
	hasError   bool
}

// NewMethod returns the method m of a pointer type. It refuses signatures that
// no entrypoint can serve: variadic ones, and those with a context or an error at
// another place than its own.
func NewMethod(m reflect.Method) (*Method, error) {
	t := m.Type
	method := &Method{Name: m.Name, function: m.Func}
	if t.IsVariadic() {
		return nil, signatureError(m, "a variadic parameter cannot be told from several; take a slice")
	}
	for i := 1; i < t.NumIn(); i++ {
		if t.In(i) == contextType {
			if i != 1 {
				return nil, signatureError(m, "context.Context is not the first parameter")
			}
			method.hasContext = true
			continue
		}
		method.In = append(method.In, t.In(i))
	}
	for i := range t.NumOut() {
		if t.Out(i) == errorType {
			if i != t.NumOut()-1 {
				return nil, signatureError(m, "error is not the last result")
			}
			method.hasError = true
			continue
		}
		method.Out = append(method.Out, t.Out(i))
	}
	method.args = structOf(method.In)
	return method, nil
}

// structOf returns a struct with a field of each type, in order: what is made of
// it takes one allocation for all.
func structOf(types []reflect.Type) reflect.Type {
	fields := make([]reflect.StructField, len(types))
	for i, t := range types {
		fields[i] = reflect.StructField{Name: "P" + strconv.Itoa(i), Type: t}
	}
	return reflect.StructOf(fields)
}

func signatureError(m reflect.Method, why string) error {
	return fmt.Errorf("method %s is %s: %s; want func([ctx context.Context,] args…) (results…[, error])",
		m.Name, m.Func.Type(), why)
}

// Signature returns the method's signature in Go syntax, without its receiver, as it
// stands in the source.
func (m *Method) Signature() string {
	return m.Name + m.Type().String()[len("func"):]
}

// Optional reports whether the parameter at i may be left out by a caller: a
// pointer, which is then nil.
func (m *Method) Optional(i int) bool { return m.In[i].Kind() == reflect.Pointer }

// Required returns how many leading parameters a caller has to give.
func (m *Method) Required() int {
	n := len(m.In)
	for n > 0 && m.Optional(n-1) {
		n--
	}
	return n
}

// Results are the results of a method that has several. They travel as an array.
type Results []any

// Type returns the type of the method as a function, without its receiver.
func (m *Method) Type() reflect.Type {
	t := m.function.Type()
	in, out := slices.Collect(t.Ins()), slices.Collect(t.Outs())
	return reflect.FuncOf(in[1:], out, false)
}

// outcome splits the error off what the method returned.
func (m *Method) outcome(results []reflect.Value) (any, error) {
	if m.hasError {
		last := len(results) - 1
		if err, ok := reflect.TypeAssert[error](results[last]); ok {
			return nil, err
		}
		results = results[:last]
	}
	switch len(results) {
	case 0:
		return nil, nil
	case 1:
		return results[0].Interface(), nil
	}
	out := make(Results, len(results))
	for i, r := range results {
		out[i] = r.Interface()
	}
	return out, nil
}
