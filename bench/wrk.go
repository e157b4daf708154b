package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// load is what wrk says of a round, and what it used for it.
type load struct {
	Requests int64
	Rate     float64 // requests per second
	P50, P99 time.Duration
	CPU      time.Duration
}

// connections is how many wrk keeps open, each with one request at a time.
const connections = 64

// findWrk returns where wrk is installed.
func findWrk() (string, error) {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return "", errors.New("-http needs wrk, which is not installed: apt-get install wrk, or brew install wrk, or see https://github.com/wg/wrk")
	}
	return path, nil
}

// wrkVersion returns the version that wrk names, "unknown" where it names none.
func wrkVersion(ctx context.Context, wrk string) string {
	said, _ := exec.CommandContext(ctx, wrk, "-v").CombinedOutput() // it ends with 1
	if m := versionPattern.FindSubmatch(said); m != nil {
		return string(m[1])
	}
	return "unknown"
}

var versionPattern = regexp.MustCompile(`^wrk \D*(\S+)`)

// runWrk loads a server with GET requests. wrk counts in whole seconds.
func runWrk(ctx context.Context, wrk, url string, duration time.Duration) (load, error) {
	seconds := max(1, int(duration.Round(time.Second).Seconds()))
	cmd := exec.CommandContext(ctx, wrk, "-t", "1", "-c", strconv.Itoa(connections), "-d", strconv.Itoa(seconds)+"s", "--latency", url)
	cmd.SysProcAttr = attributes()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return load{}, fmt.Errorf("wrk %s: %w: %s", url, err, bytes.TrimSpace(out))
	}
	l, err := parseWrk(string(out))
	if err != nil {
		return l, fmt.Errorf("wrk %s: %w in what it printed:\n%s", url, err, out)
	}
	l.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return l, nil
}

var (
	requestsPattern = regexp.MustCompile(`(?m)^ *(\d+) requests in `)
	ratePattern     = regexp.MustCompile(`(?m)^Requests/sec: +([\d.]+)$`)
	p50Pattern      = regexp.MustCompile(`(?m)^ *50(?:\.0+)?% +([\d.]+)(us|ms|s|m|h)$`)
	p99Pattern      = regexp.MustCompile(`(?m)^ *99(?:\.0+)?% +([\d.]+)(us|ms|s|m|h)$`)
	badPattern      = regexp.MustCompile(`(?m)^ *Non-2xx or 3xx responses: (\d+)$`)
	brokenPattern   = regexp.MustCompile(`(?m)^ *Socket errors: (.+)$`)
)

// parseWrk reads what wrk --latency prints. A round with answers that are errors, or
// with connections that broke, measures something else and is an error.
func parseWrk(text string) (l load, err error) {
	if m := badPattern.FindStringSubmatch(text); m != nil {
		return l, fmt.Errorf("have %s answers that are no success, want none", m[1])
	}
	if m := brokenPattern.FindStringSubmatch(text); m != nil {
		return l, fmt.Errorf("have broken connections (%s), want none", m[1])
	}
	requests, rate := requestsPattern.FindStringSubmatch(text), ratePattern.FindStringSubmatch(text)
	if requests == nil || rate == nil {
		return l, errors.New("have no number of requests or no rate, want both")
	}
	l.Requests, err = strconv.ParseInt(requests[1], 10, 64)
	l.Rate, err = parsed(rate[1], err)
	l.P50, err = latency(p50Pattern.FindStringSubmatch(text), err)
	l.P99, err = latency(p99Pattern.FindStringSubmatch(text), err)
	if err == nil && l.Requests == 0 {
		err = errors.New("have no requests, want some")
	}
	return l, err
}

func parsed(text string, before error) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	return f, cmp.Or(before, err)
}

// latency reads a number and its unit, as they were found.
func latency(found []string, before error) (time.Duration, error) {
	if found == nil {
		return 0, cmp.Or(before, errors.New("have no latency of 50% or of 99%, want both"))
	}
	d, err := time.ParseDuration(found[1] + found[2])
	return d, cmp.Or(before, err)
}
