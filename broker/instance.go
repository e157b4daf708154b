package broker

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// Identity says which instance of which service answers.
type Identity struct {
	Name     string            `json:"name"`
	ID       string            `json:"id"`
	Version  string            `json:"version"`
	Metadata map[string]string `json:"metadata"`
}

// compareIdentities orders instances by name, then by id.
func compareIdentities(a, b Identity) int { return strings.Compare(a.Name+" "+a.ID, b.Name+" "+b.ID) }

// Info is what an instance tells about itself.
type Info struct {
	Identity
	Type        string     `json:"type"`
	Description string     `json:"description"`
	Endpoints   []Endpoint `json:"endpoints"`
}

// Endpoint is one subject that an instance answers. Its metadata holds "input"
// and "output", JSON Schemas of what a call carries and answers, "params", the
// names of the parameters, and "schema_hash".
type Endpoint struct {
	Name       string            `json:"name"`
	Subject    string            `json:"subject"`
	QueueGroup string            `json:"queue_group"`
	Metadata   map[string]string `json:"metadata"`
}

// Stats is how an instance fared since it started.
type Stats struct {
	Identity
	Type      string          `json:"type"`
	Started   time.Time       `json:"started"`
	Endpoints []EndpointStats `json:"endpoints"`

	// What follows is not of ADR-32.
	Data        Data              `json:"data,omitempty"`            // what the service itself measures
	Entrypoints []EntrypointStats `json:"svc_entrypoints,omitempty"` // also those that have no subject
	Targets     []TargetStats     `json:"svc_targets,omitempty"`     // what it calls and emits
}

// EndpointStats is how one endpoint fared. Times are nanoseconds.
type EndpointStats struct {
	Name                  string `json:"name"`
	Subject               string `json:"subject"`
	QueueGroup            string `json:"queue_group"`
	NumRequests           int64  `json:"num_requests"`
	NumErrors             int64  `json:"num_errors"`
	LastError             string `json:"last_error"`
	ProcessingTime        int64  `json:"processing_time"`
	AverageProcessingTime int64  `json:"average_processing_time"`
}

// Data are measurements that are of one service and of nothing else, by their names, such
// as "svc_workers".
type Data map[string]float64

// UnmarshalJSON takes what others have under this name for nothing.
func (d *Data) UnmarshalJSON(text []byte) error {
	var data map[string]float64
	if json.Unmarshal(text, &data) == nil {
		*d = data
	}
	return nil
}

// EntrypointStats is how the calls fared that came through one entrypoint of a service and
// ran. Other than EndpointStats it counts the time on a worker alone.
type EntrypointStats struct {
	Kind        string             `json:"kind"` // "rpc", "event", "http" …
	Name        string             `json:"name"` // of the method on the wire
	Address     string             `json:"address,omitempty"`
	Requests    int64              `json:"requests"`
	Errors      int64              `json:"errors"`
	Nanoseconds int64              `json:"nanoseconds"` // that they ran, together
	Latency     dependency.Latency `json:"latency,omitempty"`
}

// TargetStats is how often a service has sent something to one target. What it declares is
// there before it does.
type TargetStats struct {
	Kind     string `json:"kind"`   // "rpc", "job", "subject", "event" or "http"
	Target   string `json:"target"` // "payments.charge", "orders.placed", "GET api.example.com"
	Requests int64  `json:"requests"`
	Errors   int64  `json:"errors"`
}
