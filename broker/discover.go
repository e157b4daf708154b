package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Answers to discovery are collected for this long at the most, and until none
// came for the stall time: ADR-32 knows no end of the list.
const (
	discoverLimit = 500 * time.Millisecond
	discoverStall = 100 * time.Millisecond
)

// Discover asks all instances of a service, of every service for "", for their
// Info. They come sorted by name and id. Answers under what is no ValidName are
// left out, so are such endpoints, and a version that cannot be one is "".
func (c *Conn) Discover(ctx context.Context, service string) ([]Info, error) {
	found, err := collect(ctx, c, "INFO", service, readInfo)
	slices.SortFunc(found, func(a, b Info) int {
		return strings.Compare(a.Name+" "+a.ID, b.Name+" "+b.ID)
	})
	return found, err
}

// Describe asks one instance of a service, any, for its Info.
func (c *Conn) Describe(ctx context.Context, service string) (Info, error) {
	var info Info
	m, err := c.nc.RequestWithContext(ctx, "$SRV.INFO."+service, nil)
	if errors.Is(err, nats.ErrNoResponders) {
		return info, ErrNoResponders
	}
	if err != nil {
		return info, fmt.Errorf("describe service %s: %w", service, err)
	}
	if info, err = readInfo(m.Data); err != nil {
		return Info{}, fmt.Errorf("describe service %s: %w", service, err)
	}
	return info, nil
}

// Services returns the names of the services that are up, sorted. It waits for
// half a second at the most.
func (c *Conn) Services(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, discoverLimit)
	defer cancel()
	found, err := collect(ctx, c, "PING", "", readInfo)
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Name
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// FindStats asks all instances of a service, of every service for "", for their Stats.
// What is said of Discover holds for it, too.
func (c *Conn) FindStats(ctx context.Context, service string) ([]Stats, error) {
	found, err := collect(ctx, c, "STATS", service, readStats)
	slices.SortFunc(found, func(a, b Stats) int {
		return strings.Compare(a.Name+" "+a.ID, b.Name+" "+b.ID)
	})
	return found, err
}

// Pong is the answer of an instance to a ping.
type Pong struct {
	Identity
	Took time.Duration // from the question to the answer
}

// Ping asks all instances of a service, of every service for "", whether they are there.
// What is said of Discover holds for it, too.
func (c *Conn) Ping(ctx context.Context, service string) ([]Pong, error) {
	if err := c.Await(ctx); err != nil {
		return nil, err
	}
	asked := time.Now()
	found, err := collect(ctx, c, "PING", service, func(data []byte) (Pong, error) {
		took := time.Since(asked)
		info, err := readInfo(data)
		return Pong{info.Identity, took}, err
	})
	slices.SortFunc(found, func(a, b Pong) int {
		return strings.Compare(a.Name+" "+a.ID, b.Name+" "+b.ID)
	})
	return found, err
}

// collect gathers the answers of all instances to one verb; those to PING know no
// endpoints.
func collect[T any](ctx context.Context, c *Conn, verb, service string, read func([]byte) (T, error)) ([]T, error) {
	if err := c.Await(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, discoverLimit)
	defer cancel()
	inbox := c.nc.NewInbox()
	sub, err := c.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", inbox, err)
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is gone, and the subscription with it
	subject := "$SRV." + verb
	if service != "" {
		subject += "." + service
	}
	if err := c.Send(&Msg{Subject: subject, Reply: inbox}); err != nil {
		return nil, err
	}
	return receiveAll(ctx, sub, read)
}

func receiveAll[T any](ctx context.Context, sub *nats.Subscription, read func([]byte) (T, error)) ([]T, error) {
	var all []T
	for limit := discoverLimit; ; limit = discoverStall {
		next, cancel := context.WithTimeout(ctx, limit)
		m, err := sub.NextMsgWithContext(next)
		cancel()
		switch {
		case errors.Is(err, nats.ErrNoResponders), errors.Is(err, context.DeadlineExceeded):
			return all, nil
		case err != nil:
			return all, fmt.Errorf("discover services: %w", err)
		}
		one, err := read(m.Data)
		if err != nil {
			continue // not every responder on $SRV is ours, nor well-formed
		}
		all = append(all, one)
	}
}

// longestText is how much of a text of others is taken, in bytes: as long as a subject.
const longestText = 512

// readInfo reads the answer of an instance. Whoever is on the bus may answer, and
// names are shown to people and put into subjects, so what is no name is left out.
func readInfo(data []byte) (Info, error) {
	var info Info
	if err := json.Unmarshal(data, &info); err != nil {
		return info, err
	}
	if err := info.check(); err != nil {
		return info, err
	}
	info.Endpoints = slices.DeleteFunc(info.Endpoints, func(e Endpoint) bool { return !ValidName(e.Name) })
	return info, nil
}

// readStats is readInfo for Stats.
func readStats(data []byte) (Stats, error) {
	var s Stats
	if err := json.Unmarshal(data, &s); err != nil {
		return s, err
	}
	if err := s.check(); err != nil {
		return s, err
	}
	s.Endpoints = slices.DeleteFunc(s.Endpoints, func(e EndpointStats) bool { return !ValidName(e.Name) })
	s.Entrypoints = slices.DeleteFunc(s.Entrypoints, func(e EntrypointStats) bool {
		return !ValidName(e.Name) || len(e.Kind) > longestText || len(e.Address) > longestText
	})
	s.Targets = slices.DeleteFunc(s.Targets, func(t TargetStats) bool {
		return len(t.Kind) > longestText || len(t.Target) > longestText
	})
	return s, nil
}

func (i *Identity) check() error {
	if !ValidName(i.Name) {
		return fmt.Errorf("have service name %.100q, want 1 to 64 letters, digits, - or _", i.Name)
	}
	if !versionPattern.MatchString(i.Version) {
		i.Version = ""
	}
	return nil
}

// versionPattern is laxer than semver.org: it keeps what tells versions apart.
var versionPattern = regexp.MustCompile(`^[0-9A-Za-z.+-]{1,64}$`)

// IsInbox reports whether a reply subject is one that a service may publish to.
// Anything else would let a caller make a service publish in its own name to
// subjects that the caller may not use.
func IsInbox(reply string) bool {
	rest, ok := strings.CutPrefix(reply, nats.InboxPrefix)
	return ok && rest != "" && len(reply) <= 512 && !strings.ContainsAny(rest, "*> \t\r\n\x00") &&
		!strings.Contains(rest, "..") && rest[0] != '.' && rest[len(rest)-1] != '.'
}
