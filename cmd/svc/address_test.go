package main

import "testing"

func TestAddressWithASecretIsNoArgument(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"nats://127.0.0.1:4222":             "nats://127.0.0.1:4222",
		"nats://user:pw@bus:4222":           "${NATS_URL}",
		"nats://token@bus:4222":             "${NATS_URL}",
		"nats://a:4222,nats://user:pw@b:42": "${NATS_URL}",
	} {
		if have := (address{url: url}).argument(); have != want {
			t.Errorf("%s: have %s, want %s", url, have, want)
		}
	}
}

func TestExposedMeansOpenToTheNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		where address
		want  bool
	}{
		{address{url: "nats://127.0.0.1:4222"}, false},
		{address{url: "nats://localhost:4222"}, false},
		{address{url: "nats://[::1]:4222"}, false},
		{address{url: "nats://10.0.0.1:4222"}, true},
		{address{url: "bus.example.com:4222"}, true},
		{address{url: "bus"}, true},
		{address{url: "nats://localhost:4222, nats://bus:4222"}, true},
		{address{url: "tls://bus:4222"}, false},
		{address{url: "wss://bus"}, false},
		{address{url: "nats://token@bus:4222"}, false},
		{address{url: "nats://bus:4222", guarded: true}, false},
	} {
		if have := tt.where.exposed(); have != tt.want {
			t.Errorf("%+v: have %v, want %v", tt.where, have, tt.want)
		}
	}
}

func TestLabelsTellProcessesApart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		programs, n, instances int
		want                   string
	}{
		{1, 1, 1, ""},
		{1, 2, 3, "2"},
		{2, 1, 1, "orders.Orders"},
		{2, 2, 3, "orders.Orders 2"},
	} {
		if have := label("orders.Orders", tt.programs, tt.n, tt.instances); have != tt.want {
			t.Errorf("instance %d of %d, %d programs: have %q, want %q", tt.n, tt.instances, tt.programs, have, tt.want)
		}
	}
}
