package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// traffic is what the monitoring of the brokers tells of them together.
type traffic struct {
	In, Out       int64 // messages
	Subscriptions int64 // of clients
	Connections   int   // of clients
}

// traffic asks all brokers.
func (w *world) traffic(ctx context.Context) (traffic, error) {
	var sum traffic
	for i := range w.brokers {
		var varz struct {
			In  int64 `json:"in_msgs"`
			Out int64 `json:"out_msgs"`
		}
		var connz struct {
			Connections []struct {
				Subscriptions int64 `json:"subscriptions"`
			} `json:"connections"`
		}
		if err := errors.Join(w.monitor(ctx, i, "varz", &varz), w.monitor(ctx, i, "connz", &connz)); err != nil {
			return sum, err
		}
		sum.In, sum.Out = sum.In+varz.In, sum.Out+varz.Out
		sum.Connections += len(connz.Connections)
		for _, c := range connz.Connections {
			sum.Subscriptions += c.Subscriptions
		}
	}
	return sum, nil
}

// jsz is what we read of the state of JetStream.
type jsz struct {
	Meta struct {
		Leader string `json:"leader"`
	} `json:"meta_cluster"`
	Accounts []struct {
		Streams []struct {
			Name    string `json:"name"`
			Cluster struct {
				Leader string `json:"leader"`
			} `json:"cluster"`
		} `json:"stream_detail"`
	} `json:"account_details"`
}

// queueName is the stream of the durable calls, or of the events.
func (m mode) queueName() string {
	if m.withoutCalls() {
		return "EVT_" + role.Source
	}
	return "RPC_chaos"
}

// leader returns the number of the broker that leads JetStream, or the queue of
// durable calls or the stream of events; -1 where nobody knows.
func (w *world) leader(ctx context.Context, kind plan.Kind) int {
	for i := range w.brokers {
		var state jsz
		if w.monitor(ctx, i, "jsz?accounts=1&streams=1", &state) != nil {
			continue // another one knows
		}
		name := state.Meta.Leader
		if kind == plan.Stream {
			name = state.leaderOf(w.options.mode.queueName())
		}
		var number int
		if _, err := fmt.Sscanf(strings.TrimPrefix(name, check.BrokerPrefix), "%d", &number); err == nil {
			return number
		}
	}
	return -1
}

// leaderOf returns the name of the broker that leads a stream.
func (s jsz) leaderOf(stream string) string {
	for _, a := range s.Accounts {
		for _, of := range a.Streams {
			if of.Name == stream {
				return of.Cluster.Leader
			}
		}
	}
	return ""
}

// awaitHealth waits until a broker that was restarted has caught up with the
// others, as whoever restarts a cluster does.
func (w *world) awaitHealth(ctx context.Context, broker int) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		var health struct {
			Status string `json:"status"`
		}
		if err := w.monitor(ctx, broker, "healthz", &health); err == nil && health.Status == "ok" {
			return nil
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("wait until broker %d has caught up: %w", broker, err)
		}
	}
}

// awaitLeader waits until a cluster has agreed on who leads JetStream.
func (w *world) awaitLeader(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		var state jsz
		if err := w.monitor(ctx, 0, "jsz", &state); err == nil && state.Meta.Leader != "" {
			return nil
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("wait for a leader of JetStream: %w", err)
		}
	}
}

// awaitConnections waits until all clients are there: one that started before the
// brokers comes when it tries again.
func (w *world) awaitConnections(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	want := len(w.workers) + len(w.callers) + len(w.submitters)
	for {
		t, err := w.traffic(ctx)
		if err == nil && t.Connections >= want {
			return nil
		}
		if late := sleep(ctx, 50*time.Millisecond); late != nil {
			return errors.Join(fmt.Errorf("wait for connections: have %d, want %d: %w", t.Connections, want, late), err)
		}
	}
}

func (w *world) monitor(ctx context.Context, broker int, page string, into any) error {
	url := fmt.Sprintf("http://127.0.0.1:%d/%s", w.httpPort+broker, page)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	return json.NewDecoder(response.Body).Decode(into)
}
