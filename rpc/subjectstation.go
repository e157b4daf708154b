package rpc

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// subjectKind is what calls by way of a Subject are called.
const subjectKind = "subject"

// MetadataKind is the key of an endpoint's metadata that says what it is, where it is
// no method that can be called as one.
const MetadataKind = "kind"

// station is what the subjects of one service share.
type station struct {
	conn     *broker.Conn
	settings settings
	prefix   string // of ids that are made here
	announce *broker.Announcement
	calls    atomic.Uint64 // that brought no id
	all      []*worked
}

type stationKey struct{ service string }

// stationOf returns the station of the service that h hosts.
func stationOf(h entrypoint.Host) (*station, error) {
	return dependency.Shared(h, stationKey{h.Service()}, func() (*station, error) {
		l, err := connect(h)
		if err != nil {
			return nil, err
		}
		s := &station{conn: l.conn, settings: l.settings, prefix: h.Service() + "-" + h.Instance() + "-s"}
		s.announce, err = broker.AnnouncementOf(h)
		return s, err
	})
}

// add refuses what would share messages with another method of the service.
func (s *station) add(e *worked) error {
	for _, other := range s.all {
		if other.options.Queue == e.options.Queue && overlap(other.options.Subject, e.options.Subject) {
			return fmt.Errorf("tag key subject: have %q, which takes in messages of %q of method %s, so each would go to one of the two by chance; give one of them another subject, or another queue where both are to have them",
				e.options.Subject, other.options.Subject, other.method.Name)
		}
	}
	s.all = append(s.all, e)
	return nil
}

func (s *station) newID() string { return s.prefix + strconv.FormatUint(s.calls.Add(1), 36) }

// SubjectOf returns the subject of the message that a method works on, for methods
// whose Subject has wildcards; "" outside of such a method.
func SubjectOf(ctx context.Context) string {
	if c := entrypoint.FromContext(ctx); c != nil {
		if r, ok := c.Stimulus.(*errand); ok {
			return r.msg.Subject
		}
	}
	return ""
}
