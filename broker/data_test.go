package broker_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
)

func TestContextDataSurvivesHeaders(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"language": "de at\r\n", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=b%20c,d=e",
	}
	h := broker.Header{}
	broker.PutData(h, want)
	if diff := cmp.Diff(want["tracestate"], h.Get("tracestate")); diff != "" {
		t.Errorf("header tracestate (-want +have):\n%s", diff)
	}
	have, err := broker.DataOf(h)
	if diff := cmp.Diff(want, have); diff != "" || err != nil {
		t.Errorf("have error %v and data (-want +have):\n%s", err, diff)
	}
}

func TestTraceStaysWithinItsHeader(t *testing.T) {
	t.Parallel()
	h := broker.Header{}
	broker.PutData(h, map[string]string{"tracestate": "a\r\nSvc-Stack: forged"})
	if have, want := h.Get("tracestate"), "a  Svc-Stack: forged"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestHeaderOfTheTraceCountsBeforeContextDataOfItsName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"traceparent", "Traceparent"} {
		for range 20 { // the order of headers is not the same each time
			have, err := broker.DataOf(broker.Header{name: {"new"}, "Svc-Data-traceparent": {"old"}})
			if err != nil || have["traceparent"] != "new" {
				t.Fatalf("%s: have %v, %v, want new", name, have, err)
			}
		}
	}
	have, err := broker.DataOf(broker.Header{"Svc-Data-traceparent": {"old"}})
	if err != nil || have["traceparent"] != "old" {
		t.Errorf("have %v, %v, want that of a caller of version 4", have, err)
	}
}
