package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// linesOf returns the columns of each method, "-" for what is not known.
func linesOf(r *census.Service, rates, events bool) (lines [][]string) {
	ofService := columnsOf(r, rates, events)
	for _, m := range r.Methods {
		rest := []string{milliseconds(m.AverageMS, m.Requests > 0), "-", "-"}
		if i := slices.IndexFunc(r.Entrypoints, func(e census.Entrypoint) bool { return e.Name == m.Name && e.Address == m.Subject }); i >= 0 {
			rest[1], rest[2] = quantiles(r.Entrypoints[i])
		}
		lines = append(lines, slices.Concat([]string{r.Name, present.Safe(m.Name), strconv.Itoa(m.Instances), number(m.Requests, rates), number(m.Errors, rates)}, rest, ofService))
	}
	for _, e := range r.Entrypoints {
		if slices.ContainsFunc(r.Methods, func(m census.Method) bool { return e.Name == m.Name && e.Address == m.Subject }) {
			continue
		}
		p50, p95 := quantiles(e)
		name := present.Safe(e.Name + " (" + e.Kind + ")")
		lines = append(lines, slices.Concat([]string{r.Name, name, strconv.Itoa(e.Instances), number(e.Requests, rates), number(e.Errors, rates), milliseconds(e.AverageMS, e.Requests > 0), p50, p95}, ofService))
	}
	if len(lines) == 0 { // nothing that it receives comes by the broker
		lines = [][]string{append([]string{r.Name, "-", strconv.Itoa(r.Instances), "-", "-", "-", "-", "-"}, ofService...)}
	}
	return lines
}

// columnsOf returns the columns of a service as a whole.
func columnsOf(r *census.Service, rates, events bool) []string {
	columns := []string{"-", strconv.FormatInt(r.Waiting, 10)}
	if r.Workers > 0 {
		columns[0] = fmt.Sprintf("%d/%d", r.Busy, r.Workers)
	}
	if !events {
		return columns
	}
	e := cmp.Or(r.Events, new(census.Events))
	return append(columns, number(e.Failed, rates), number(e.Dropped, rates), number(e.Dead, rates))
}

// quantiles returns what half and what 95 of 100 took at the most.
func quantiles(e census.Entrypoint) (p50, p95 string) {
	return milliseconds(e.P50MS, e.P50MS > 0), milliseconds(e.P95MS, e.P95MS > 0)
}

// milliseconds writes a time, "-" where it is not known.
func milliseconds(n float64, known bool) string {
	if !known {
		return "-"
	}
	return fmt.Sprint(time.Duration(n * float64(time.Millisecond)).Round(time.Microsecond))
}

// number writes what was counted, or with one digit more what is counted in a second.
func number(n float64, rate bool) string {
	if rate {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
