package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
)

// Answers to discovery are collected for this long at the most, and until none
// came for the stall time: ADR-32 knows no end of the list.
const (
	discoverLimit = 500 * time.Millisecond
	discoverStall = 100 * time.Millisecond
)

// What is taken of the answers at the most: whoever is on the bus may send as many, and as
// long ones, as the broker lets through.
const (
	mostAnswers   = 10_000
	mostBytes     = 64 << 20 // of all answers; one more may begin before
	mostEndpoints = 1000     // of one, and of what else it lists
)

// Discover asks all instances of a service, of every service for "", for their
// Info. They come sorted by name and id. Answers under what is no ValidName are
// left out, so are such endpoints, and a version that cannot be one is "". What is beyond
// 10,000 answers, 64 MiB of them or 1000 endpoints of one is left out, too.
func (c *Conn) Discover(ctx context.Context, service string) ([]Info, error) {
	found, err := collect(ctx, c, "INFO", service, readInfo)
	slices.SortFunc(found, func(a, b Info) int { return compareIdentities(a.Identity, b.Identity) })
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
	slices.SortFunc(found, func(a, b Stats) int { return compareIdentities(a.Identity, b.Identity) })
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
	slices.SortFunc(found, func(a, b Pong) int { return compareIdentities(a.Identity, b.Identity) })
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
	size := 0
	for limit := discoverLimit; len(all) < mostAnswers && size <= mostBytes; limit = discoverStall {
		next, cancel := context.WithTimeout(ctx, limit)
		m, err := sub.NextMsgWithContext(next)
		cancel()
		switch {
		case errors.Is(err, nats.ErrNoResponders), errors.Is(err, context.DeadlineExceeded):
			return all, nil
		case err != nil:
			return all, fmt.Errorf("discover services: %w", err)
		}
		size += len(m.Data)
		one, err := read(m.Data)
		if err != nil {
			continue // not every responder on $SRV is ours, nor well-formed
		}
		all = append(all, one)
	}
	return all, nil
}

// first returns the first items of a list, and no more than what is taken of one answer.
func first[T any](list []T) []T { return list[:min(len(list), mostEndpoints)] }

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
	info.Endpoints = slices.DeleteFunc(first(info.Endpoints), func(e Endpoint) bool { return !ValidName(e.Name) })
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
	s.Endpoints = slices.DeleteFunc(first(s.Endpoints), func(e EndpointStats) bool { return !ValidName(e.Name) })
	s.Entrypoints = slices.DeleteFunc(first(s.Entrypoints), func(e EntrypointStats) bool {
		return !ValidName(e.Name) || len(e.Kind) > longestText || len(e.Address) > longestText
	})
	s.Targets = slices.DeleteFunc(first(s.Targets), func(t TargetStats) bool {
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
