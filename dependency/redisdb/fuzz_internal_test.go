package redisdb

import (
	"strings"
	"testing"
)

// Whatever the address: what is said of one that cannot be read holds no password.
func FuzzAddress(f *testing.F) {
	const canary = "canary-9d0c47e1"
	for _, seed := range []string{
		"redis://ann:%s@127.0.0.1:6379/1", "rediss://:%s@h", "unix:///run/redis.sock?db=1&password=%s", "redis://ann:%s#@h/", "redis://ann:a/%s@h", "redis://ann:a?%s@h", "http://ann:%s@h",
		"%s", "ann:%s@h", "redis://h/x%s", "redis://h:%s", "redis://ann:%s%zz@h", "://%s", "redis://h?db=%s", "redis://h?pool_size=%s", "\x7f%s",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		whole := strings.Replace(address, "%s", canary, 1)
		options, err := parse(whole)
		switch {
		case err == nil && options.Addr == "":
			t.Errorf("%q is taken, and leads to nowhere", whole)
		case err != nil && strings.Contains(address, ":%s@") && strings.Contains(err.Error(), canary):
			t.Errorf("%q: have %v, which holds the password", whole, err)
		}
	})
}
