// Package reports is a service whose calls take long. They are submitted, and their
// results are collected later, by any process that has the handle; see clerk.go and
// the program in the folder clerk.
package reports

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/rpc"
)

// Reports has the report of each year.
type Reports struct {
	Settings Settings `config:"reports"`
	Log      *slog.Logger

	_ rpc.Method `method:"Find" args:"year"`
	_ rpc.Method `method:"Mail" args:"year,address" delivery:"at-most-once"`
	_ rpc.Method `method:"Build" args:"year" delivery:"durable"`
}

// Settings is the configuration section reports.
type Settings struct {
	Folder string        // where the reports lie; a folder for temporary files
	Month  time.Duration // how long a month takes to build; 100ms
}

// Report is what is known of a year.
type Report struct {
	Year  int `json:"year"`
	Pages int `json:"pages"`
}

// Find returns a report that was built. Reading twice does no harm, so nothing is
// declared: where an instance is lost, another one reads again.
func (r *Reports) Find(year int) (Report, error) { return r.shelf().find(year) }

// Mail sends a report. Nobody wants it twice, so it is declared at-most-once: where
// an instance is lost, the caller gets rpc.ErrWorkerLost and may look first.
func (r *Reports) Mail(ctx context.Context, year int, address string) error {
	report, err := r.shelf().find(year)
	if err != nil {
		return err
	}
	r.Log.InfoContext(ctx, "report mailed", "year", report.Year, "pages", report.Pages, "address", address)
	return nil
}

// Build builds a report. A durable call may run again, even after it has run to its
// end, so a second run finds what the first one left, and what is left is whole. It
// ends with ctx: then another instance begins anew.
func (r *Reports) Build(ctx context.Context, year int) (Report, error) {
	if report, err := r.shelf().find(year); err == nil {
		return report, nil
	}
	report := Report{Year: year}
	for month := time.January; month <= time.December; month++ {
		pages, err := r.month(ctx, year, month)
		if err != nil {
			return Report{}, err
		}
		report.Pages += pages
	}
	return report, r.shelf().put(report)
}

// month builds one month, a page for each day.
func (r *Reports) month(ctx context.Context, year int, month time.Month) (pages int, err error) {
	work := time.NewTimer(cmp.Or(r.Settings.Month, 100*time.Millisecond))
	defer work.Stop()
	select {
	case <-work.C:
		return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (r *Reports) shelf() shelf { return shelf(r.Settings.Folder) }
