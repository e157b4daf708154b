package timer_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// chores has methods of all shapes.
type chores struct{}

func (chores) Plain()                                             {}
func (chores) Whole(context.Context, timer.Tick) error            { return nil }
func (chores) Shared(context.Context, *int, *string) (int, error) { return 0, nil }
func (chores) Wants(context.Context, int) error                   { return nil }
func (chores) Pointer(*timer.Tick)                                {}

// declare makes an application of a service that has one job.
func declare(method, tag string) (*service.App, error) {
	return service.New(nil, service.With(&declared{method: method, tag: tag}))
}

type declared struct {
	_ service.Name `name:"chores"`
	chores
	method, tag string
}

var methods = map[string]any{
	"Plain": (*declared).Plain, "Whole": (*declared).Whole, "Shared": (*declared).Shared, "Wants": (*declared).Wants,
	"Pointer": (*declared).Pointer,
}

// Entrypoints declares what the test wants: the other form of a marker field.
func (d *declared) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(timer.Job{}, methods[d.method], reflect.StructTag(d.tag))}
}

var refused = []struct {
	method, tag string
	want        []string
}{
	{"Plain", ``, []string{`tag keys every and cron: have neither, want one of them`}},
	{"Plain", `every:"1m" cron:"0 3 * * *"`, []string{`tag keys every and cron: have "1m0s" and "0 3 * * *", want one of them`}},
	{"Plain", `every:"0s"`, []string{`tag every:"0s": want a duration of at least 1ms`}},
	{"Plain", `every:"-5s"`, []string{`tag every:"-5s": want a duration`}},
	{"Plain", `every:"5"`, []string{`tag every:"5": want a duration`}},
	{"Plain", `evry:"5s"`, []string{`unknown tag key "evry"`, `did you mean "every"?`}},
	{"Plain", `cron:"TZ=UTC"`, []string{"want the zone in the tag key tz"}},
	{"Plain", `cron:"@every 5s"`, []string{"want the tag key every"}},
	{"Plain", `cron:"0 3 31 2 *"`, []string{"which never comes"}},
	{"Plain", `cron:"0 3 * * *" tz:"Europe/Wiena"`, []string{`tag key tz: have "Europe/Wiena"`}},
	{"Plain", `every:"1m" tz:"Europe/Vienna"`, []string{`tag key tz: have "Europe/Vienna" beside every`}},
	{"Plain", `every:"1m" scope:"clustr"`, []string{`tag scope: have "clustr", want one of`, `did you mean "cluster"?`}},
	{"Plain", `every:"1m" misfire:"twice"`, []string{`tag misfire: have "twice", want one of`}},
	{"Plain", `every:"1m" timeout:"0s"`, []string{`tag timeout:"0s": want a duration above 0s`}},
	{"Plain", `every:"1m" eager:"yes"`, []string{`tag eager:"yes": want "true" or "false"`}},
	{"Plain", `every:"1m" eager:"true" scope:"cluster"`, []string{"tag key eager", "an instance that starts is no due time of the cluster"}},
	{"Plain", `every:"10ms" scope:"cluster"`, []string{`tag key every: have 10ms with scope:"cluster", want 100ms or more`}},
	{"Plain", `every:"1m" single_instance:"true"`, []string{`tag key single_instance`, `with scope:"cluster" only`}},
	{"Plain", `every:"1m" name:"a.b"`, []string{`tag key name: have "a.b", want 1 to 64 letters`}},
	{"Wants", `every:"1m"`, []string{"parameters of Wants", "a tick has none of type int", "[tick timer.Tick]"}},
	{"Wants", `every:"1m" eager:"true" scope:"cluster" name:""`, []string{"tag key eager", "tag key name", "parameters of Wants"}},
}

func TestMistakesAreToldBeforeTheStart(t *testing.T) {
	for _, tt := range refused {
		_, err := declare(tt.method, tt.tag)
		if err == nil {
			t.Errorf("%s: have no error, want one with %q", tt.tag, tt.want)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: have\n%v\nwant it to have %q", tt.tag, err, want)
			}
		}
	}
}

func TestTwoJobsOfOneNameAreRefusedInTheCluster(t *testing.T) {
	_, err := service.New(nil, service.With(&struct {
		_ service.Name `name:"chores"`
		_ timer.Job    `method:"Plain" every:"1m" scope:"cluster"`
		_ timer.Job    `method:"Plain" every:"1h" scope:"cluster"`
		chores
	}{}))
	if err == nil || !strings.Contains(err.Error(), `job "plain" in the cluster is taken by every 1m0s of method Plain`) {
		t.Errorf("have %v, want it to name the other job", err)
	}
	if _, err := service.New(nil, service.With(&struct {
		_ service.Name `name:"chores"`
		_ timer.Job    `method:"Plain" every:"1m" scope:"cluster"`
		_ timer.Job    `method:"Plain" every:"1h" scope:"cluster" name:"plain_hourly"`
		_ timer.Job    `method:"Plain" every:"1h"`
		_ timer.Job    `method:"Plain" every:"2h"`
		chores
	}{})); err != nil {
		t.Errorf("have %v, want no error where names differ, nor in an instance", err)
	}
}

func TestManifestSaysWhenAJobRuns(t *testing.T) {
	for _, tt := range []struct {
		method, tag, address string
		options              map[string]string
	}{
		{"Plain", `every:"90s"`, "every 1m30s", map[string]string{"scope": "instance", "misfire": "once"}},
		{"Whole", `cron:"0  3 * * *" tz:"Europe/Vienna" misfire:"all" timeout:"1h"`, "cron 0 3 * * * Europe/Vienna", map[string]string{"scope": "instance", "misfire": "all", "timeout": "1h0m0s"}},
		{"Shared", `cron:"@daily" eager:"true"`, "cron @daily UTC", map[string]string{"scope": "instance", "misfire": "once", "eager": "true"}},
		{"Pointer", `every:"1m" scope:"cluster" misfire:"skip" single_instance:"true"`, "every 1m0s", map[string]string{"scope": "cluster", "misfire": "skip", "single_instance": "true"}},
	} {
		app, err := declare(tt.method, tt.tag)
		if err != nil {
			t.Errorf("%s: %v", tt.tag, err)
			continue
		}
		e := app.Manifest().Services[0].Entrypoints[0]
		if e.Kind != "timer" || e.Address != tt.address || !cmp.Equal(e.Options, tt.options) {
			t.Errorf("%s: have %s %q %v, want timer %q %v", tt.tag, e.Kind, e.Address, e.Options, tt.address, tt.options)
		}
	}
}
