package broker_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// limited returns a connection of a user that may publish and subscribe to what is
// listed, and no more.
func limited(t *testing.T, publish, subscribe []string) *broker.Conn {
	t.Helper()
	s := plain.Server(t, func(o *server.Options) {
		o.JetStream, o.StoreDir = true, t.TempDir()
		o.Users = []*server.User{{Username: "shop", Password: "secret", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: publish}, Subscribe: &server.SubjectPermission{Allow: subscribe},
		}}}
	})
	settings := broker.Defaults()
	settings.URL, settings.Inbox = strings.Replace(s.ClientURL(), "nats://", "nats://shop:secret@", 1), "shop"
	c, err := broker.Dial(settings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	if err := c.Await(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return c
}

// wantForbidden wants an error that names the subject, long before the time is up.
func wantForbidden(t *testing.T, subject string, f func() error) {
	t.Helper()
	began := time.Now()
	err := f()
	if took := time.Since(began); !errors.Is(err, broker.ErrForbidden) || !strings.Contains(err.Error(), subject) || took > time.Second {
		t.Errorf("have %v after %v, want ErrForbidden that names %s at once", err, took, subject)
	}
}

func TestWhatIsForbiddenIsSaidAtOnce(t *testing.T) {
	all := []string{"$JS.API.STREAM.INFO.*", "$JS.API.STREAM.CREATE.q", "q.open"}
	c := limited(t, all, []string{"_INBOX.shop.>"})
	wantForbidden(t, "$JS.API.STREAM.CREATE.other", func() error {
		_, err := c.Stream(await.Within(t), broker.StreamConfig{Name: "other", Subjects: []string{"other.>"}})
		return err
	})
	s, err := c.Stream(await.Within(t), broker.StreamConfig{Name: "q", Subjects: []string{"q.>"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store(await.Within(t), &broker.Msg{Subject: "q.open"}, "1", 0); err != nil {
		t.Errorf("have %v, want it stored", err)
	}
	wantForbidden(t, "q.shut", func() error {
		_, err := s.Store(await.Within(t), &broker.Msg{Subject: "q.shut"}, "2", 0)
		return err
	})
	wantForbidden(t, "$JS.API.STREAM.MSG.GET.q", func() error {
		_, _, err := s.At(await.Within(t), 1)
		return err
	})
	wantForbidden(t, "$JS.API.CONSUMER.INFO.q.c", func() error {
		_, err := s.Receive(await.Within(t), broker.ConsumerConfig{Name: "c"}, nil)
		return err
	})
}

// All answers come below one name, so that a service needs no right to read what is
// meant for others.
func TestAnswersComeBelowOneName(t *testing.T) {
	c := limited(t, []string{">"}, []string{"_INBOX.shop.>"})
	s, err := c.Stream(await.Within(t), broker.StreamConfig{Name: "q", Subjects: []string{"q.>"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store(await.Within(t), &broker.Msg{Subject: "q.a"}, "1", 0); err != nil {
		t.Fatal(err)
	}
	got := make(chan *broker.Delivery, 1)
	consumer, err := s.Receive(await.Within(t), broker.ConsumerConfig{Name: "c", Slots: func() int { return 1 }}, func(d *broker.Delivery) { got <- d })
	if err != nil {
		t.Fatal(err)
	}
	if err := await.Take(t, got).Confirm(await.Within(t)); err != nil {
		t.Error(err)
	}
	if err := consumer.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
	if _, err := c.Discover(await.Within(t), ""); err != nil {
		t.Error(err)
	}
}

func TestNameOfInboxesIsOne(t *testing.T) {
	settings := broker.Defaults()
	settings.Inbox = "a.b"
	if _, err := broker.Dial(settings, quiet); err == nil || !strings.Contains(err.Error(), "broker.inbox") {
		t.Errorf("have %v, want the key", err)
	}
}
