// Package timer is methods on a schedule: [Job] runs them, in every instance of a
// service or once in the cluster.
package timer

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// Job is the marker that runs a method on a schedule:
//
//	_ timer.Job `method:"Expire" every:"1m"`
//	_ timer.Job `method:"Report" cron:"0 3 * * *" tz:"Europe/Vienna" scope:"cluster"`
//
// Its method takes a context, a [Tick], both or neither; what else it takes are
// pointers, which are nil. What it returns beside an error is dropped. An error is logged and the
// schedule goes on. Calls of a job never overlap in one scope, but for a broker that is
// killed (see [Tick.Rerun]): a due time that passes while the method runs is late, and
// runs after it.
//
// The tag keys are method (the Go name), workers, and these:
//
//   - every: an interval, "1m30s" and 1ms or more. In an instance its due times are
//     counted from the start of the service and do not drift; in the cluster they are
//     whole multiples of it since 1970 UTC, so that all instances agree on them, and
//     it is 100ms or more.
//   - cron: five fields (minute, hour, day of month, month, day of week from 0 for
//     Sunday to 6), or @hourly, @daily, @weekly, @monthly, @yearly. One of every and
//     cron is there.
//   - tz: the zone of cron, a name of the IANA database; UTC. Where clocks are changed,
//     a schedule that names hours runs once for each time of day that it names: one
//     that is skipped at the moment of the change, one that comes twice the first time.
//     A schedule of all hours goes by elapsed time.
//   - scope: "instance" (the default), where every instance runs the method, or
//     "cluster", where one does for all; see below.
//   - misfire: what happens with due times that were missed: see [Misfire]; "once".
//   - eager: "true" runs the method at the start, too. Instances only.
//   - timeout: how long a call may wait for a worker and run; no limit.
//   - name: of the job in the cluster, and of its calls; the method's in snake_case.
//     It tells two jobs of one method apart.
//   - single_instance: "true" is the operator's word that there is one instance. A job
//     of the cluster then runs without JetStream, as one of an instance.
//
// In the cluster there is no leader. Each instance stores each due time with the
// broker, which keeps the first and hands it to one instance at a time: it is handled
// at least once while any instance lives. Where the instance dies that handles it,
// another does it again a few seconds later; that is marked in its Tick. JetStream is
// needed, and clocks that differ by less than ten minutes. While instances with
// different schedules for one job run, as in a rolling deploy, the job runs by both.
type Job struct{}

var _ entrypoint.Declaration = Job{}

// jobOptions are the tag keys of Job.
type jobOptions struct {
	Name           string
	Every          time.Duration `min:"1ms"`
	Cron           string
	TZ             string `tag:"tz"`
	Scope          string `oneof:"instance,cluster"`
	Misfire        string `oneof:"skip,once,all"`
	Eager          bool
	Timeout        time.Duration
	SingleInstance bool
}

const (
	scopeInstance = "instance"
	scopeCluster  = "cluster"

	// leastInCluster is the shortest interval whose due times are stored.
	leastInCluster = 100 * time.Millisecond
)

// Declare makes the entrypoint.
func (Job) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := jobOptions{Name: entrypoint.WireName(m.Name), Scope: scopeInstance, Misfire: string(Once)}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	s, err := o.schedule()
	if err := errors.Join(err, o.check(), checkMethod(m)); err != nil {
		return nil, err
	}
	j := &job{
		name: o.Name, method: m, host: h, schedule: s,
		misfire: Misfire(o.Misfire), timeout: o.Timeout,
	}
	if o.Scope == scopeInstance {
		return newLocal(j, o.Eager), nil
	}
	return newClustered(j, o.SingleInstance)
}

// schedule reads every or cron.
func (o jobOptions) schedule() (schedule, error) {
	switch {
	case o.Every > 0 && o.Cron != "":
		return nil, fmt.Errorf("tag keys every and cron: have %q and %q, want one of them", o.Every, o.Cron)
	case o.Every > 0 && o.TZ != "":
		return nil, fmt.Errorf("tag key tz: have %q beside every, want it beside cron only: an interval has no zone", o.TZ)
	case o.Every > 0:
		return period{every: o.Every, from: time.Unix(0, 0)}, nil
	case o.Cron != "":
		return parseCron(o.Cron, o.TZ)
	default:
		return nil, errors.New("tag keys every and cron: have neither, want one of them, as in every:\"1m\" or cron:\"0 3 * * *\"")
	}
}

// check looks at what goes together.
func (o jobOptions) check() error {
	var errs []error
	if !broker.ValidName(o.Name) {
		errs = append(errs, fmt.Errorf("tag key name: have %q, want 1 to 64 letters, digits, - or _", o.Name))
	}
	cluster := o.Scope == scopeCluster
	if cluster && o.Eager {
		errs = append(errs, errors.New(`tag key eager: have "true" with scope:"cluster", want it left out: an instance that starts is no due time of the cluster`))
	}
	if cluster && o.Every > 0 && o.Every < leastInCluster {
		errs = append(errs, fmt.Errorf(`tag key every: have %v with scope:"cluster", want %v or more: each due time is stored`, o.Every, leastInCluster))
	}
	if !cluster && o.SingleInstance {
		errs = append(errs, errors.New(`tag key single_instance: have "true" with scope:"instance", want it with scope:"cluster" only`))
	}
	return errors.Join(errs...)
}

// checkMethod refuses methods that want arguments which no tick has.
func checkMethod(m *entrypoint.Method) error {
	for i, in := range m.In {
		if in != tickType && !m.Optional(i) {
			return fmt.Errorf("parameters of %s: a tick has none of type %s; want func([ctx context.Context,] [tick timer.Tick]) [error]",
				m.Signature(), in)
		}
	}
	return nil
}

// job is what both scopes know of a job.
type job struct {
	name     string
	method   *entrypoint.Method
	host     entrypoint.Host
	schedule schedule
	misfire  Misfire
	timeout  time.Duration // 0 for none
}

// describe says when the job runs.
func (j *job) describe(scope string) entrypoint.Description {
	d := entrypoint.Description{
		Kind: kind, Name: j.name, Address: j.schedule.String(),
		Options: map[string]string{"scope": scope, "misfire": string(j.misfire)},
	}
	if j.timeout > 0 {
		d.Options["timeout"] = j.timeout.String()
	}
	return d
}
