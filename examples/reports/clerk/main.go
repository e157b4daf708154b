// Command clerk orders a report in one process and collects it in another:
//
//	svc run ./examples/reports &
//	go run ./examples/reports/clerk order 2026 /tmp/report
//	go run ./examples/reports/clerk collect /tmp/report
//
// The broker is the one of NATS_URL or at nats://127.0.0.1:4222.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/examples/reports"
	"github.com/enoki-go/enoki/rpc"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, "", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: clerk order YEAR FILE, or clerk collect FILE")

// run does what the words say on the broker at url.
func run(ctx context.Context, url string, words []string) error {
	client, err := rpc.Dial(url)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // what was to be sent is sent
	build, err := rpc.JobOf[int, reports.Report](client, "reports.build")
	if err != nil {
		return err
	}
	switch {
	case len(words) == 3 && words[0] == "order":
		return order(ctx, build, words[1], words[2])
	case len(words) == 2 && words[0] == "collect":
		return collect(ctx, build, words[1])
	default:
		return errUsage
	}
}

func order(ctx context.Context, build rpc.Job[int, reports.Report], text, note string) error {
	year, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("have year %q, want a number", text)
	}
	return reports.Order(ctx, build, year, note)
}

func collect(ctx context.Context, build rpc.Job[int, reports.Report], note string) error {
	report, err := reports.Collect(ctx, build, note)
	if err == nil {
		fmt.Printf("report of %d: %d pages\n", report.Year, report.Pages)
	}
	return err
}
