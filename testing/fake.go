package svctest

import "github.com/enoki-go/enoki/service"

// Fake is a service that a World hosts in place of a real one that its services
// call. What the real one declares decides what a call may look like, so one that
// the real one would refuse, for its method or its arguments, is refused in the
// same words; what the real one would do, and all that it would need, is left
// out. Each function stands under the Go name of a method and has its signature:
//
//	w := svctest.New(t, &Shop{}, svctest.Fake(&payments.Payments{}, map[string]any{
//		"Charge": func(ctx context.Context, card string, cents int) (string, error) {
//			return "receipt", nil
//		},
//	}))
//
// A call of a method without a function fails. Expect and Hook see a fake as they
// see any service.
func Fake(of any, methods map[string]any) service.Option {
	return service.Stub(of, methods)
}
