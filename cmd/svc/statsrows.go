package main

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// linesOf returns the columns of each method, "-" for what is not known.
func linesOf(r *census.Service, rates, events bool) (lines [][]string) {
	ofService := []string{"-", strconv.FormatInt(r.Waiting, 10)}
	if r.Workers > 0 {
		ofService[0] = fmt.Sprintf("%d/%d", r.Busy, r.Workers)
	}
	if events {
		e := cmp.Or(r.Events, new(census.Events))
		ofService = append(ofService, number(e.Failed, rates), number(e.Dropped, rates), number(e.Dead, rates))
	}
	for _, m := range r.Methods {
		average := "-"
		if m.Requests > 0 {
			average = fmt.Sprint(time.Duration(m.AverageMS * float64(time.Millisecond)).Round(time.Microsecond))
		}
		line := []string{r.Name, present.Safe(m.Name), strconv.Itoa(m.Instances), number(m.Requests, rates), number(m.Errors, rates), average}
		lines = append(lines, append(line, ofService...))
	}
	if len(lines) == 0 { // nothing that it receives comes by the broker
		lines = [][]string{append([]string{r.Name, "-", strconv.Itoa(r.Instances), "-", "-", "-"}, ofService...)}
	}
	return lines
}

// number writes what was counted, or with one digit more what is counted in a second.
func number(n float64, rate bool) string {
	if rate {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
