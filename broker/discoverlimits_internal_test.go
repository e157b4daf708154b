package broker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/plain"
)

// answered returns a subscription to which so many answers have been sent.
func answered(t *testing.T, n int, answer []byte) *nats.Subscription {
	t.Helper()
	nc, err := nats.Connect(plain.Server(t).ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	sub, err := nc.SubscribeSync("answers")
	if err == nil {
		err = sub.SetPendingLimits(-1, -1)
	}
	for range n {
		if err == nil {
			err = nc.Publish("answers", answer)
		}
	}
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// Whoever answered without an end filled the memory of every svc ls and dash.
func TestAnswersWithoutAnEndAreBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		sent, length int
		want         int
	}{
		{"many", mostAnswers + 5, 1, mostAnswers},
		{"long", 70, 1 << 20, mostBytes>>20 + 1},
	} {
		sub := answered(t, tt.sent, make([]byte, tt.length))
		all, err := receiveAll(t.Context(), sub, func([]byte) (int, error) { return 0, nil })
		if len(all) != tt.want || err != nil {
			t.Errorf("%s: have %d answers, %v, want %d", tt.name, len(all), err, tt.want)
		}
	}
}

// What is listed in one answer is bounded in number, and its texts in length.
func TestListsOfOneAnswerAreBounded(t *testing.T) {
	t.Parallel()
	const one = `{"name":"a","subject":"s","kind":"k","target":"t"}`
	long := strings.Repeat("x", longestText+1)
	list := "[" + strings.Repeat(one+",", mostEndpoints+5) + one + "]"
	texts := fmt.Sprintf(`[{"name":"a","kind":%q},{"name":"a","address":%q},{"name":%q},{"target":%q},%s]`, long, long, long, long, one)
	for _, tt := range []struct {
		name, list               string
		endpoints, entries, rows int
	}{
		{"many", list, mostEndpoints, mostEndpoints, mostEndpoints},
		{"long texts", texts, 3, 1, 3},
	} {
		s, err := readStats(fmt.Appendf(nil, `{"name":"x","id":"1","version":"1.0.0","endpoints":%s,"svc_entrypoints":%s,"svc_targets":%s}`, tt.list, tt.list, tt.list))
		if len(s.Endpoints) != tt.endpoints || len(s.Entrypoints) != tt.entries || len(s.Targets) != tt.rows || err != nil {
			t.Errorf("%s: have %d endpoints, %d entrypoints, %d targets, %v, want %d, %d, %d",
				tt.name, len(s.Endpoints), len(s.Entrypoints), len(s.Targets), err, tt.endpoints, tt.entries, tt.rows)
		}
		info, err := readInfo(fmt.Appendf(nil, `{"name":"x","id":"1","version":"1.0.0","endpoints":%s}`, tt.list))
		if len(info.Endpoints) != tt.endpoints || err != nil {
			t.Errorf("%s: have %d endpoints, %v, want %d", tt.name, len(info.Endpoints), err, tt.endpoints)
		}
	}
}
