package fault

import "reflect"

// As lets errors.As and errors.AsType find a declared error type in an error
// that came over the wire: when target points to a type that implements
// Declared under e's name, e's details are decoded into it.
func (e *Error) As(target any) bool {
	if e == nil || e.Name == "" || e.decode == nil {
		return false
	}
	place := reflect.ValueOf(target).Elem()
	fresh := blank(place.Type())
	if !fresh.IsValid() {
		return false
	}
	declared, ok := reflect.TypeAssert[Declared](fresh)
	if !ok {
		return false
	}
	if name, _ := declared.Fault(); name != e.Name {
		return false
	}
	return e.fill(place, fresh)
}

// blank returns a zero value of t, behind a fresh pointer where t is one.
func blank(t reflect.Type) reflect.Value {
	switch t.Kind() {
	case reflect.Pointer:
		return reflect.New(t.Elem())
	case reflect.Interface:
		return reflect.Value{}
	default:
		return reflect.New(t).Elem()
	}
}

// fill decodes e's details into fresh and puts it into place.
func (e *Error) fill(place, fresh reflect.Value) bool {
	into := fresh
	if fresh.Kind() != reflect.Pointer {
		into = fresh.Addr()
	}
	if e.decode(into.Interface()) != nil {
		return false
	}
	place.Set(fresh)
	return true
}
