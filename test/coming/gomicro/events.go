package gomicro

import (
	"context"

	"go-micro.dev/v5"
	"go-micro.dev/v5/server"
)

// Paid is an event.
type Paid struct {
	Order string `json:"order"`
}

// Payments tells what was paid.
type Payments struct{ paid micro.Event }

// NewPayments takes the client of its service.
func NewPayments(s micro.Service) *Payments {
	return &Payments{paid: micro.NewEvent("payments.paid", s.Client())}
}

// Pay returns when the event was handed to the broker.
func (p *Payments) Pay(ctx context.Context, order string) error {
	return p.paid.Publish(ctx, &Paid{Order: order})
}

// Shipping hears of it.
type Shipping struct{ Shipped chan string }

// OnPaid handles the event. Of all instances with the same queue, one gets it.
func (s *Shipping) OnPaid(_ context.Context, e *Paid) error {
	s.Shipped <- e.Order
	return nil
}

// Subscribe adds the handler to a service.
func (s *Shipping) Subscribe(to server.Server) error {
	return micro.RegisterSubscriber("payments.paid", to, s.OnPaid, server.SubscriberQueue("shipping"))
}
