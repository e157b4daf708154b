package graph_test

import (
	"fmt"

	"github.com/enoki-go/enoki/service"
)

// declared returns a service: lines "kind name address" of entrypoints, and "kind target"
// of dependencies, of which "methods" of a client follow a colon.
func declared(name string, entrypoints [][3]string, needs ...[2]string) service.Declared {
	s := service.Declared{Name: name, Package: "example.com/" + name, Type: name}
	for _, e := range entrypoints {
		made := service.DeclaredEntrypoint{Kind: e[0], Method: e[1], Name: e[1], Address: e[2]}
		if e[0] == "event" {
			var source, event string
			_, _ = fmt.Sscanf(e[2], "%s %s", &source, &event)
			made.Options = map[string]string{"source": source, "event": event}
		}
		s.Entrypoints = append(s.Entrypoints, made)
	}
	for _, n := range needs {
		s.Dependencies = append(s.Dependencies, service.DeclaredDependency{Kind: n[0], Target: n[1]})
	}
	return s
}

// shop is services that use each other in every way.
func shop() service.Manifest {
	orders := declared("orders", [][3]string{
		{"rpc", "create", "svc.rpc.orders.create"},
		{"rpc", "list", "svc.rpc.orders.list"},
		{"http", "create", "POST /orders"},
		{"http", "list", "GET /orders"},
		{"socket", "watch", "/orders/live"},
		{"event", "on_settled", "payments settled"},
		{"timer", "expire", "every 1m0s"},
	}, [2]string{"rpc", "payments.charge"}, [2]string{"rpc", "payments.refund"}, [2]string{"event", "orders.placed"},
		[2]string{"event", "orders.cancelled"}, [2]string{"lock", "orders-expire"}, [2]string{"context", "tenant"})
	orders.Dependencies = append(orders.Dependencies,
		service.DeclaredDependency{Kind: "rpc", Target: "stock", Options: map[string]string{"methods": "reserve,left"}},
		service.DeclaredDependency{Kind: "sql", Target: "orders", Options: map[string]string{"engine": "postgres"}},
	)
	payments := declared("payments", [][3]string{
		{"rpc", "charge", ""}, {"rpc", "refund", ""}, {"event", "on_retry", "payments retry"},
	}, [2]string{"event", "payments.*"}, [2]string{"rpc", "orders.list"})
	payments.Dependencies = append(payments.Dependencies, service.DeclaredDependency{Kind: "http", Target: "bank", Options: map[string]string{"host": "api.bank.example"}})
	return service.Manifest{Services: []service.Declared{
		orders, payments,
		declared("stock", [][3]string{{"rpc", "reserve", ""}, {"rpc", "left", ""}}, [2]string{"redis", "stock"}),
		declared("mailer", [][3]string{{"event", "on_placed", "orders placed"}, {"event", "on_any", "orders >"}, {"subject", "work", "mail.*"}}),
		declared("clerk", [][3]string{{"timer", "nightly", "0 3 * * *"}}, [2]string{"rpc", ""}, [2]string{"sqs", "letters"}),
	}}
}

// city is so many services, each of which calls and hears some others.
func city(n int) service.Manifest {
	var m service.Manifest
	name := func(i int) string { return fmt.Sprintf("service-%02d", (i+n)%n) }
	for i := range n {
		entrypoints := [][3]string{{"rpc", "ask", ""}, {"rpc", "tell", ""}}
		if i%6 == 0 {
			entrypoints = append(entrypoints, [3]string{"http", "page", fmt.Sprintf("GET /pages/%d", i)})
		}
		if i%4 == 1 {
			entrypoints = append(entrypoints, [3]string{"event", "on_happened", name(i-3) + " happened"})
		}
		needs := [][2]string{{"rpc", name(i*2+1) + ".ask"}}
		if i%3 == 0 {
			needs = append(needs, [2]string{"rpc", name(i+7) + ".tell"}, [2]string{"rpc", name(i+7) + ".ask"})
		}
		if i%2 == 0 {
			needs = append(needs, [2]string{"event", name(i) + ".happened"})
		}
		if i%5 == 2 {
			needs = append(needs, [2]string{"sql", fmt.Sprintf("db-%d", i%3)})
		}
		m.Services = append(m.Services, declared(name(i), entrypoints, needs...))
	}
	return m
}
