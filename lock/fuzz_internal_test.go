package lock

import (
	"strings"
	"testing"
	"time"
)

// Whatever somebody has put into the bucket: it expires, within the limits that a lock
// has, and what we write is read as it was.
func FuzzRecord(f *testing.F) {
	const ttl = 30 * time.Second
	for _, seed := range []string{
		string(record{"id", "shop-1", ttl, 3}.bytes()), `{"ttl":-1}`, `{"ttl":9223372036854775807}`, `{"ttl":1e300}`, `{"ttl":"30s"}`, `null`, `[]`, ``,
		"\xff", `{"id":1,"ttl":30000000000}`, `{"writes":-1,"ttl":30000000000}`, strings.Repeat("[", 20_000), `{"holder":"` + strings.Repeat("a", 9000) + `"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		r := readRecord(value, ttl)
		if r.TTL < leastTTL || r.TTL > mostTTL {
			t.Errorf("%q: expires after %v, want %v to %v", value, r.TTL, leastTTL, mostTTL)
		}
		if again := readRecord(r.bytes(), ttl+1); again != r {
			t.Errorf("%q: have %+v, then %+v", value, r, again)
		}
	})
}
