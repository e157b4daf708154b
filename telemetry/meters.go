package telemetry

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// meters count and time what is seen, and are asked for the rest when they are read.
type meters struct {
	registry *prometheus.Registry
	calls    *prometheus.HistogramVec
	sent     *prometheus.HistogramVec

	callSeries table[callSeries, prometheus.Observer]
	sentSeries table[sentSeries, prometheus.Observer]
	targets    targets
}

// callSeries are the labels of the time of a call.
type callSeries struct{ service, method, kind, code string }

// sentSeries are those of what was sent.
type sentSeries struct{ kind, target, code string }

// buckets are the bounds of histograms, in seconds: from a call in the same machine to
// the usual time limit.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMeters(p dependency.Process) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "svc_call_duration_seconds", Help: "How long calls ran in this process, by their outcome.", Buckets: buckets,
		}, []string{"service", "method", "kind", "code"}),
		sent: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "svc_outgoing_duration_seconds", Help: "How long what this process sent took, by its outcome.", Buckets: buckets,
		}, []string{"kind", "target", "code"}),
	}
	m.registry.MustRegister(m.calls, m.sent, measured{p},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// add adds collectors of the user's.
func (m *meters) add(all []prometheus.Collector) error {
	var errs []error
	for _, c := range all {
		err := m.registry.Register(c)
		if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok && already.ExistingCollector == c {
			continue
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("telemetry.WithCollectors: %w", err))
		}
	}
	return errors.Join(errs...)
}

// arrived takes the time of a call that has ended.
func (m *meters) arrived(c *entrypoint.Call, o outcome, took time.Duration) {
	key := callSeries{c.Service, c.Name, c.Kind, o.code}
	m.callSeries.get(key, func() prometheus.Observer {
		return m.calls.WithLabelValues(key.service, key.method, key.kind, key.code)
	}).Observe(took.Seconds())
}

// departed takes the time of what was sent and has ended.
func (m *meters) departed(sent dependency.Outgoing, o outcome, took time.Duration) {
	key := sentSeries{sent.Kind, m.targets.label(sent, o), o.code}
	m.sentSeries.get(key, func() prometheus.Observer {
		return m.sent.WithLabelValues(key.kind, key.target, key.code)
	}).Observe(took.Seconds())
}

// targets bounds of how many targets there are series of their own: who may name any
// service, such as the clients of a gateway, may name too many. Those that nobody has
// answered yet cannot use up the room of those that somebody has.
type targets struct {
	answered, unanswered table[dependency.Outgoing, struct{}]
}

const (
	mostAnswered   = 256
	mostUnanswered = 64
	otherTargets   = "other"
)

func (t *targets) label(sent dependency.Outgoing, o outcome) string {
	if _, known := t.answered.find(sent); known {
		return sent.Target
	}
	if o.code == codeOK && t.answered.admit(sent, mostAnswered) || o.code != codeOK && t.unanswered.admit(sent, mostUnanswered) {
		return sent.Target
	}
	return otherTargets
}

// handler serves all metrics. What cannot be collected is in the log, and does not keep
// the rest.
func (m *meters) handler(logger *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:      slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: mostScrapes,
	})
}

// mostScrapes is how many may read the metrics at once.
const mostScrapes = 4

// measured collects what the parts of a process say of themselves.
type measured struct{ process dependency.Process }

// Describe says nothing: what there is shows when it is collected.
func (measured) Describe(chan<- *prometheus.Desc) {}

// Collect asks everybody.
func (m measured) Collect(to chan<- prometheus.Metric) {
	m.process.Measure(func(one dependency.Measurement) { to <- metricOf(one) })
}

func metricOf(m dependency.Measurement) prometheus.Metric {
	names, values := make([]string, len(m.Labels)), make([]string, len(m.Labels))
	for i, l := range m.Labels {
		names[i], values[i] = l.Name, l.Value
	}
	kind := prometheus.GaugeValue
	if m.Count {
		kind = prometheus.CounterValue
	}
	desc := prometheus.NewDesc(m.Name, m.Help, names, nil)
	metric, err := prometheus.NewConstMetric(desc, kind, m.Value, values...)
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return metric
}
