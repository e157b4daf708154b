package schedules

import (
	"context"

	"github.com/enoki-go/enoki/timer"
)

type Cleaner struct {
	_ timer.Job `method:"Clean"`                                         // want `timer\.Job of Clean: tag keys every and cron: have neither, want one of them`
	_ timer.Job `method:"Clean" every:"1m" cron:"0 3 * * *"`             // want `tag keys every and cron: have "1m0s" and "0 3 \* \* \*", want one of them`
	_ timer.Job `method:"Clean" cron:"0 3 * *"`                          // want `tag key cron: have "0 3 \* \*", which has 4 fields, want five`
	_ timer.Job `method:"Clean" cron:"0 25 * * *"`                       // want `tag key cron: have "0 25 \* \* \*", end of range \(25\) above maximum \(23\)`
	_ timer.Job `method:"Clean" cron:"0 0 30 2 *"`                       // want `which never comes, want a day that its month has`
	_ timer.Job `method:"Clean" cron:"0 3 * * *" tz:"Europe/Vienne"`     // want `tag key tz: have "Europe/Vienne", want a name of the IANA database`
	_ timer.Job `method:"Clean" every:"1m" tz:"Europe/Vienna"`           // want `tag key tz: have "Europe/Vienna" beside every, want it beside cron only`
	_ timer.Job `method:"Clean" every:"1m" scope:"clustr"`               // want `tag scope: have "clustr", want one of cluster, instance; did you mean "cluster"\?`
	_ timer.Job `method:"Clean" every:"50ms" scope:"cluster"`            // want `tag key every: have 50ms with scope:"cluster", want 100ms or more`
	_ timer.Job `method:"Clean" every:"1m" scope:"cluster" eager:"true"` // want `tag key eager: have "true" with scope:"cluster", want it left out`
	_ timer.Job `method:"Clean" every:"1m" single_instance:"true"`       // want `tag key single_instance: have "true" with scope:"instance"`
	_ timer.Job `method:"Sweep" every:"1m"`                              // want `parameters of Sweep\(string\): a tick has none of type string; want func`
	_ timer.Job `method:"Clean" every:"1m" scope:"cluster"`
	_ timer.Job `method:"Clean" cron:"@daily" scope:"cluster"` // want `job "clean" in the cluster is taken by every 1m0s of method Clean`
	_ timer.Job `method:"Tidy" every:"1m"`
}

func (*Cleaner) Clean(ctx context.Context) error                 { return nil }
func (*Cleaner) Tidy(ctx context.Context, tick timer.Tick) error { return nil }
func (*Cleaner) Sweep(what string)                               {}
