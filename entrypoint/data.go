package entrypoint

import (
	"context"
	"maps"
)

type dataKey struct{}

// WithData returns a context in which a piece of context data is set: calls and
// events that are sent with it carry the data to the services they reach, and on
// from there.
func WithData(ctx context.Context, key, value string) context.Context {
	data := maps.Clone(Data(ctx))
	if data == nil {
		data = make(map[string]string, 1)
	}
	data[key] = value
	return context.WithValue(ctx, dataKey{}, data)
}

// Data returns the context data of ctx, that of its call included. It is shared:
// read it, do not write it.
func Data(ctx context.Context) map[string]string {
	data, _ := ctx.Value(dataKey{}).(map[string]string)
	return data
}
