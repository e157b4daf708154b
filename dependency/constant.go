package dependency

import "context"

// Same returns a provider that lends every call the same value.
func Same(value any) Provider { return same{value} }

// SameDescribed is Same for a field that says what it depends on.
func SameDescribed(value any, d Description) Provider { return described{same{value}, d} }

type same struct{ value any }

var _ Constant = same{}

func (same) Start(context.Context) error { return nil }
func (same) Stop(context.Context) error  { return nil }
func (s same) Value() any                { return s.value }

func (s same) Acquire(context.Context) (any, Release, error) { return s.value, nil, nil }

type described struct {
	same
	description Description
}

var (
	_ Constant  = described{}
	_ Describer = described{}
)

func (d described) Describe() Description { return d.description }
