package timer_test

import (
	"crypto/rand"
	"net"
	"os"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// The oldest broker that is supported.
func TestTicksOnAnOldBroker(t *testing.T) {
	const address = "127.0.0.1:4222"
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no nats-server at %s: %v", address, err)
	}
	_ = conn.Close()
	url, namespace := "nats://"+address, "test_"+rand.Text()
	t.Cleanup(func() { _ = plain.JetStream(t, url).DeleteStream(await.Within(t), "TIMERS_"+namespace) })
	w := &tower{}
	for _, who := range []string{"a", "b", "c"} {
		launch(t, url, &Chime{job: often, who: who, tell: w}, "broker: {namespace: "+namespace+"}")
	}
	await.Until(t, "there are eight ticks", func() bool { return len(w.heard()) >= 8 }, limit)
	wantConsecutive(t, w.heard(), 250*time.Millisecond)
}
