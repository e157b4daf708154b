package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTableIsAligned(t *testing.T) {
	t.Parallel()
	checkPrint(t, asText, `
machine  2 × EPYC, linux/amd64, go1.26, nats.go 1.55.0, nats-server 2.15.2, grpc-go 1.85.0
repeat   go -C bench run .

mode      contestant  rate ×  quartiles  peer ×  calls/s       p50  CPU ×  quartiles  client ×  server ×  broker ×  client µs  server µs  broker µs  client allocs  server allocs
small/64  enoki         1.00  0.90–1.25    0.95    45679  1.235 ms   1.10  1.05–1.15      1.20      1.30      1.40       10.5       20.2        0.3            7.0           12.3
small/64  grpc-go       0.50  0.00–0.00       –        0  0.000 ms   0.00  0.00–0.00      0.00      0.00      0.00        0.0        0.0        0.0            0.0            0.0

mode       contestant  rate ×  quartiles  to prefetch ×  events/s       p50  CPU ×  emitter µs  handler µs  broker µs  emitter allocs  handler allocs
stored/64  events        0.95  0.90–1.00           0.50     20000  1.000 ms   1.05        17.0        18.0       33.0            30.0            19.0

      events passed  emitter  handler    broker
flat  1000           28.0 MB  29.0 MB  330.0 MB

start  exec to reachable      6.2 ms  6.0–7.0
start  idle memory           13.4 MB
start  binary                16.7 MB
start  binary, stripped      11.6 MB
start  embedded broker    not linked
`)
}

func TestMarkdownIsATableOfEqualLines(t *testing.T) {
	t.Parallel()
	checkPrint(t, asMarkdown, `
2 × EPYC, linux/amd64, go1.26, nats.go 1.55.0, nats-server 2.15.2, grpc-go 1.85.0; §go -C bench run .§

| mode | contestant | rate × | quartiles | peer × | calls/s | p50 | CPU × | quartiles | client × | server × | broker × | client µs | server µs | broker µs | client allocs | server allocs |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| small/64 | enoki | 1.00 | 0.90–1.25 | 0.95 | 45679 | 1.235 ms | 1.10 | 1.05–1.15 | 1.20 | 1.30 | 1.40 | 10.5 | 20.2 | 0.3 | 7.0 | 12.3 |
| small/64 | grpc-go | 0.50 | 0.00–0.00 | – | 0 | 0.000 ms | 0.00 | 0.00–0.00 | 0.00 | 0.00 | 0.00 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 |

| mode | contestant | rate × | quartiles | to prefetch × | events/s | p50 | CPU × | emitter µs | handler µs | broker µs | emitter allocs | handler allocs |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| stored/64 | events | 0.95 | 0.90–1.00 | 0.50 | 20000 | 1.000 ms | 1.05 | 17.0 | 18.0 | 33.0 | 30.0 | 19.0 |

|  | events passed | emitter | handler | broker |
|---|---|---:|---:|---:|
| flat | 1000 | 28.0 MB | 29.0 MB | 330.0 MB |

|  | of examples/hello | median | quartiles |
|---|---|---:|---:|
| start | exec to reachable | 6.2 ms | 6.0–7.0 |
| start | idle memory | 13.4 MB | |
| start | binary | 16.7 MB | |
| start | binary, stripped | 11.6 MB | |
| start | embedded broker | not linked | |
`)
}

// checkPrint compares what is printed of a report; § stands for a backtick.
func checkPrint(t *testing.T, as format, want string) {
	t.Helper()
	r := report{
		Machine: machine{Cores: 2, Processor: "EPYC", System: "linux/amd64", Go: "go1.26", NatsGo: "1.55.0", NatsServer: "2.15.2", GRPC: "1.85.0"},
		Repeat:  "go -C bench run .",
		Calls: []row{{
			Mode: "small/64", Contestant: "enoki",
			Rate: spread{Q1: 0.9, Median: 1, Q3: 1.25}, PeerRate: spread{Median: 0.95}, CPU: spread{Q1: 1.05, Median: 1.1, Q3: 1.15},
			ClientCPU: spread{Median: 1.2}, ServerCPU: spread{Median: 1.3}, BrokerCPU: spread{Median: 1.4},
			Calls: 45678.9, P50: 1234567, ClientMallocs: 7, ServerMallocs: 12.34,
			CPUPerCall: perProcess{Client: 10500 * time.Nanosecond, Server: 20200 * time.Nanosecond, Broker: 300 * time.Nanosecond},
		}, {Mode: "small/64", Contestant: "grpc-go", Rate: spread{Median: 0.5}}},
		Events: []row{{
			Mode: "stored/64", Contestant: "events", Rate: spread{Q1: 0.9, Median: 0.95, Q3: 1}, PeerRate: spread{Median: 0.5}, CPU: spread{Median: 1.05},
			Calls: 20000, P50: time.Millisecond, ClientMallocs: 30, ServerMallocs: 19,
			CPUPerCall: perProcess{Client: 17 * time.Microsecond, Server: 18 * time.Microsecond, Broker: 33 * time.Microsecond},
		}},
		Flat:  []flatStage{{Events: 1000, Resident: [3]float64{28e6, 29e6, 330e6}}},
		Start: &startFigures{Reachable: spread{Q1: 6, Median: 6.25, Q3: 7}, Resident: spread{Median: 13.4e6}, Binary: 16.7e6, Stripped: 11.6e6},
	}
	var got bytes.Buffer
	if err := r.print(&got, as); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "§", "`"), got.String()); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}
