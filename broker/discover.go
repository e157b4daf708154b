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
	found, err := c.collect(ctx, "INFO", service)
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
	found, err := c.collect(ctx, "PING", "")
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Name
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// collect gathers the answers of all instances to one verb; those to PING know no
// endpoints.
func (c *Conn) collect(ctx context.Context, verb, service string) ([]Info, error) {
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
	return receiveAll(ctx, sub)
}

func receiveAll(ctx context.Context, sub *nats.Subscription) ([]Info, error) {
	var all []Info
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
		info, err := readInfo(m.Data)
		if err != nil {
			continue // not every responder on $SRV is ours, nor well-formed
		}
		all = append(all, info)
	}
}

// readInfo reads the answer of an instance. Whoever is on the bus may answer, and
// names are shown to people and put into subjects, so what is no name is left out.
func readInfo(data []byte) (Info, error) {
	var info Info
	if err := json.Unmarshal(data, &info); err != nil {
		return info, err
	}
	if !ValidName(info.Name) {
		return info, fmt.Errorf("have service name %.100q, want 1 to 64 letters, digits, - or _", info.Name)
	}
	if !versionPattern.MatchString(info.Version) {
		info.Version = ""
	}
	info.Endpoints = slices.DeleteFunc(info.Endpoints, func(e Endpoint) bool { return !ValidName(e.Name) })
	return info, nil
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
