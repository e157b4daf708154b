package rpc

import "fmt"

// delivery is what is promised of a call whose instance is lost while it runs.
type delivery string

const (
	atLeastOnce delivery = "at-least-once"
	atMostOnce  delivery = "at-most-once"
	durable     delivery = "durable"
)

// deliveryOf reads the tag key delivery.
func deliveryOf(text string) (delivery, error) {
	switch d := delivery(text); d {
	case "":
		return atLeastOnce, nil
	case atLeastOnce, atMostOnce, durable:
		return d, nil
	default:
		return "", fmt.Errorf("tag key delivery: have %q, want %s, %s or %s", text, atLeastOnce, atMostOnce, durable)
	}
}
