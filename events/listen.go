package events

import (
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// Listen calls f with each event that is emitted and that a pattern takes in, on a
// goroutine of its own, until the subscription is stopped. It is for tools: nothing is
// stored for who listens, and what is emitted twice or replayed is heard again. The
// pattern is "source.type" with * and >, ">" for all. Listening has begun after
// broker.Conn.Flush.
func Listen(c *broker.Conn, pattern string, f func(Info, Raw)) (*broker.Subscription, error) {
	source, event, err := splitPattern(pattern)
	if err != nil {
		return nil, err
	}
	return c.Subscribe(subjectOf(c.Namespace(), source, "*", event), "", func(m *broker.Msg) {
		f(infoOf(c.Namespace(), m), rawOf(m))
	})
}

// CheckPattern refuses what Listen would.
func CheckPattern(pattern string) error {
	_, _, err := splitPattern(pattern)
	return err
}

// splitPattern reads "source.type", in which each word may be *, and the last ones >.
func splitPattern(pattern string) (source, event string, err error) {
	if pattern == ">" {
		return "*", ">", nil
	}
	source, event, _ = strings.Cut(pattern, ".")
	if source != "*" && !broker.ValidName(source) || checkPattern(event) != nil {
		return "", "", fmt.Errorf("have %.200q, want \"source.type\", such as payments.paid, with * for any word or > for the rest", pattern)
	}
	return source, event, nil
}
